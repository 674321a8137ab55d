#!/usr/bin/env bash
# A Slurm cluster of this machine alone, for tests: munged, slurmctld and slurmd on loopback, all state in one folder.
# Needs Debian's packages slurm-wlm and munge, and root.
#
#   cluster.sh start DIR    prints the path of the cluster's slurm.conf once it takes jobs
#   cluster.sh stop DIR     ends the daemons by their pids
set -euo pipefail

usage() {
    echo "usage: cluster.sh start|stop DIR" >&2
    exit 2
}

# A port that nobody listens on.
free_port() {
    local port
    for port in $(seq "$1" "$(($1 + 99))"); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    echo "no free port from $1 on" >&2
    exit 1
}

start() {
    local dir=$1 node
    node=$(hostname -s)
    mkdir -p "$dir"/{controller,node,log}
    install -d -m 700 "$dir/munge"
    if [ ! -f "$dir/munge/key" ]; then
        (umask 377 && head -c 1024 /dev/urandom >"$dir/munge/key")
    fi
    munged --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge.pid" \
        --log-file="$dir/log/munged.log" --seed-file="$dir/munge/seed"
    cat >"$dir/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port 27100)
SlurmdPort=$(free_port 27300)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
StateSaveLocation=$dir/controller
SlurmdSpoolDir=$dir/node
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
ReturnToService=2
MinJobAge=3600
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF="$dir/slurm.conf"
    slurmctld -c
    slurmd
    for _ in $(seq 150); do
        if [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ]; then
            echo "$SLURM_CONF"
            return
        fi
        sleep 0.2
    done
    echo "the cluster does not come up" >&2
    tail -n 20 "$dir"/log/*.log >&2
    stop "$dir"
    exit 1
}

stop() {
    local dir=$1 pid
    for daemon in slurmd slurmctld munge; do
        if pid=$(cat "$dir/$daemon.pid" 2>/dev/null); then
            kill "$pid" 2>/dev/null || true
            for _ in $(seq 50); do
                kill -0 "$pid" 2>/dev/null || break
                sleep 0.1
            done
        fi
    done
}

[ $# -eq 2 ] || usage
mkdir -p "$2"
dir=$(realpath "$2")
case $1 in
start) start "$dir" ;;
stop) stop "$dir" ;;
*) usage ;;
esac
