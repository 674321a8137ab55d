#!/usr/bin/env bash
# Makes configs/forecasts/rolling.csv anew, the quantiles of forecasts that were made at several months: docs/rolling-forecasts.sh [PROGRAM]
# It takes a few minutes. The last origin is the sealed forecast of configs/forecasts/rating-gap.
set -euo pipefail
# Numbers are written with a point, whatever the machine's language.
export LC_ALL=C
program=$(realpath "$(command -v "${1:-redqueen}")")
configs=$(cd "$(dirname "$0")/../configs" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# Two months tell no roughness.
awk 'BEGIN { RS = ""; ORS = "\n\n" } !/name = "gap_roughness"/' "$configs/calibrations/rating-gap.toml" | sed "s#\"\.\./#\"$configs/#" >early.toml
table() { # ORIGIN QUANTILES
    awk -F, -v origin="$1" '$2 == "world" {
        printf "%s,%s,%s,%s,%d", origin, $1, $4, $3, $5
        for (column = 8; column <= 12; column++) printf ",%.4g", $column
        print ""
    }' "$2"
}
echo "origin,date,indicator,entity,n,q05,q25,q50,q75,q95" >rolling.csv
while read -r origin from calibration; do
    "$program" calibrate "$calibration" --set "until=$origin" --out "fit-$origin" --quiet
    "$program" forecast "fit-$origin/posterior.csv" --from "$from" --to 2025-12 --draws 250 --out "forecast-$origin" --quiet
    table "$origin" "forecast-$origin/forecast-quantiles.csv" >>rolling.csv
done <<END
2024-03 2024-04 early.toml
2024-06 2024-07 rating-gap
2024-09 2024-10 rating-gap
END
table 2024-12 "$configs/forecasts/rating-gap/forecast-quantiles.csv" >>rolling.csv
cp rolling.csv "$configs/forecasts/rolling.csv"
