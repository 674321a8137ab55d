//! Which files of a folder are redqueen's own. It replaces and removes those that a manifest of it lists, with the name and
//! the kind that they had, and no others: not what a link leads to, nor what somebody else put there.

use super::{Folder, FolderError, ManifestError, file::OutputError};
use crate::declare::table::Row as _;
use crate::{
    measure::Measured,
    output::{
        dictionary::{self, DESIGN, QuantileRow, RUNS},
        journal::{self, Stands},
        manifest::{self, FileFormat, Identity, Manifest},
        package,
    },
};
use std::{collections::BTreeSet, fs, io, path::Path};

/// The file to which each batch in a folder adds a line.
pub const LOG: &str = "log.txt";
/// Files that are made of a finished folder of several scenarios, or of any.
const MADE: [&str; 3] = ["report.html", "differences.csv", "differences_over_time.csv"];

/// Names of files below a folder, with `/` between parts.
pub(super) type Names = BTreeSet<String>;

/// The name that a file has while it is written.
pub(super) fn partial(name: &str) -> String {
    format!("{name}.partial")
}

/// The files that a batch of this identity writes before it is complete.
pub(super) fn claimed(identity: &Identity) -> Names {
    let designed = Some(DESIGN).filter(|_| !identity.design.factors.is_empty());
    let gathered = Some(QuantileRow::TABLE).filter(|_| identity.quantiles.is_some() && identity.shard.is_none());
    let tables = [RUNS].into_iter().chain(designed).chain(gathered).chain(identity.record.iter().map(String::as_str));
    let formats = BTreeSet::from([FileFormat::Csv.name(), identity.file_format.name()]);
    let tables = tables.flat_map(|table| formats.iter().map(move |format| format!("{table}.{format}")));
    let names: Vec<String> = tables.chain([manifest::FILE, package::FILE].map(String::from)).collect();
    // What is not kept never gets its final name, but in a shard.
    let kept = |name: &&String| {
        let table = name.split_once('.').map_or(name.as_str(), |(table, _)| table);
        identity.shard.is_some() || !identity.passing.iter().any(|passing| passing == table)
    };
    let finals = names.iter().filter(kept).cloned();
    names.iter().map(|name| partial(name)).chain(finals).chain([LOG.to_owned()]).collect()
}

/// Those of them in this folder that are its batch's.
fn claimed_of(folder: &Path, identity: &Identity) -> Names {
    claimed(identity).into_iter().filter(|name| !is_doubled(folder, name)).collect()
}

/// The files that a manifest lists; those of a batch that is on its way, too.
fn listed(folder: &Path, manifest: &Manifest, is_on_its_way: bool) -> Names {
    let files = manifest.files.iter().map(|file| file.file()).chain([manifest::FILE.to_owned()]);
    let others = manifest.others.iter().flat_map(|other| [other.path.clone(), partial(&other.path)]);
    let claimed = if is_on_its_way { claimed_of(folder, &manifest.experiment) } else { Names::new() };
    files.chain(others).chain(claimed).collect()
}

/// The files of a folder that redqueen may replace or remove, for a batch of this identity.
pub(super) fn own(folder: &Path, identity: &Identity) -> Result<Names, FolderError> {
    let stands = journal::stands(folder, &identity.sha256())?;
    let journal = matches!(stands, Stands::Journal { .. });
    let mut names = match Folder::manifest(folder) {
        Ok(Some(manifest)) => listed(folder, &manifest, journal || !manifest.complete),
        Err(ManifestError::Output(error)) => return Err(error.into()),
        _ if stands == Stands::Journal { own: true } => claimed_of(folder, identity),
        // A journal is begun where no manifest but one of redqueen stands. Of which tables, nobody knows any more.
        _ if journal => {
            let tables = dictionary::tables(&[], &Measured::default(), false);
            let growing = tables.iter().map(|table| partial(&FileFormat::Csv.file(table.name)));
            growing.chain([manifest::FILE.to_owned()]).collect()
        }
        _ => Names::new(),
    };
    names.insert(partial(manifest::FILE));
    Ok(names)
}

/// Whether a table is there that still grows too: redqueen gives it its name once it is whole, so somebody else put it there.
fn is_doubled(folder: &Path, name: &str) -> bool {
    let is_file = |name: &str| matches!(stand(folder, name), Ok(Stand::File));
    name.ends_with(".csv") && is_file(name) && is_file(&partial(name))
}

/// What a name below a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nothing.
    Free,
    /// A file of this folder.
    File,
    /// A folder, a link, or something beyond a link.
    Other,
}

/// What this name stands for.
pub(super) fn stand(folder: &Path, name: &str) -> Result<Stand, OutputError> {
    let (mut path, mut parts) = (folder.to_owned(), name.split('/').peekable());
    while let Some(part) = parts.next() {
        path.push(part);
        let kind = match fs::symlink_metadata(&path) {
            Ok(kind) => kind,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Stand::Free),
            Err(error) => return Err(OutputError::new("read", &path, error)),
        };
        match parts.peek() {
            None if kind.is_file() => return Ok(Stand::File),
            Some(_) if kind.is_dir() => {}
            _ => return Ok(Stand::Other),
        }
    }
    Ok(Stand::Other)
}

/// Whether a file of this name may be written: nothing is there, or a file of redqueen.
pub(super) fn may_write(folder: &Path, name: &str, own: &Names) -> Result<bool, OutputError> {
    Ok(match stand(folder, name)? {
        Stand::Free => true,
        Stand::File => own.contains(name),
        Stand::Other => false,
    })
}

/// Why nothing is written where something else stands.
pub(super) fn not_ours() -> io::Error {
    let what = "something is there that redqueen did not write, as far as manifest.json says; move it away";
    io::Error::new(io::ErrorKind::AlreadyExists, what)
}

/// Refuses a folder in which something stands where the batch, or the report of it, would write.
pub(super) fn make_way(folder: &Path, identity: &Identity, own: &Names) -> Result<(), FolderError> {
    let made = MADE.iter().filter(|_| identity.shard.is_none()).map(|name| (*name).to_owned());
    for name in claimed(identity).into_iter().chain(made) {
        if !may_write(folder, &name, own)? {
            return Err(FolderError::Foreign { path: folder.join(name) });
        }
    }
    Ok(())
}

/// Removes a file of this name, if it is a file of this folder.
pub(super) fn remove_file(folder: &Path, name: &str) -> Result<(), OutputError> {
    match stand(folder, name)? {
        Stand::File => super::file::remove(&folder.join(name)),
        _ => Ok(()),
    }
}

/// Removes these files, and folders that are empty then.
pub(super) fn remove_files(folder: &Path, names: &Names) -> Result<(), OutputError> {
    names.iter().try_for_each(|name| remove_file(folder, name))?;
    let folders: BTreeSet<&str> = names.iter().filter_map(|name| Some(name.rsplit_once('/')?.0)).collect();
    for inner in folders {
        if fs::symlink_metadata(folder.join(inner)).is_ok_and(|kind| kind.is_dir()) {
            // A folder that holds something else stays.
            let _ = fs::remove_dir(folder.join(inner));
        }
    }
    Ok(())
}
