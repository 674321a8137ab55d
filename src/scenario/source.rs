//! Where a config is, and its text. What is read has bounds: in length, in time, in what can be read at all.

use super::{
    builtin::{Builtin, tidy},
    diagnostic::{Diagnostic, Origin, Place, nearest},
};
use crate::declare::text::told;
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

const MEGABYTE: u64 = 1_000_000;
/// The longest config, in bytes: some twenty times the largest that is shipped.
const MAX_CONFIG: u64 = 2 * MEGABYTE;
/// How long to wait until something comes out of a pipe.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a config is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A config built into the program, by name or path below `configs/`.
    Builtin(String),
    /// Standard input, read to its end.
    Input,
    /// A text at hand. What it extends is looked for among the built-in configs.
    Text {
        /// What to call it in messages.
        name: String,
        /// The text.
        text: String,
    },
}

impl Source {
    /// What a user means by an argument: `-` is standard input, the name of a built-in config that config, whatever there is of
    /// that name (`./baseline` is a file); else it is a file, or a built-in config's path below `configs/`.
    pub fn from_argument(argument: &Path) -> Self {
        match argument.to_str() {
            Some("-") => Self::Input,
            Some(name) if Builtin::is_name(name) || !is_there(argument) && Builtin::find(name).is_some() => {
                Self::Builtin(name.to_owned())
            }
            _ => Self::File(argument.to_owned()),
        }
    }

    /// Whether it gives the same text whenever it is read.
    pub fn lasts(&self) -> bool {
        match self {
            Self::File(path) => path.is_file() && !is_handed_over(path),
            Self::Input => false,
            Self::Builtin(_) | Self::Text { .. } => true,
        }
    }

    /// Whether there is something to be read.
    pub fn opens(&self) -> bool {
        if let Self::File(path) = self { is_there(path) } else { true }
    }

    /// The config that `path`, written in this one, means: a file relative to this one, or the name of a built-in config.
    #[must_use]
    pub fn beside(&self, path: &str) -> Self {
        match self {
            Self::File(_) | Self::Input => {
                let folder = if let Self::File(file) = self { file.parent() } else { None };
                let beside = tidy(&folder.unwrap_or(Path::new("")).join(path));
                if Builtin::is_name(path) || !is_there(&beside) && Builtin::find(path).is_some() {
                    return Self::Builtin(path.to_owned());
                }
                Self::File(beside)
            }
            Self::Builtin(name) => {
                let from = Builtin::find(name).map_or(name.as_str(), |builtin| builtin.path);
                let path = tidy(&Path::new(from).parent().unwrap_or(Path::new("")).join(path));
                Self::Builtin(path.to_string_lossy().replace('\\', "/"))
            }
            Self::Text { .. } => Self::Builtin(tidy(Path::new(path)).to_string_lossy().replace('\\', "/")),
        }
    }

    /// What to call it in messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Builtin(name) => Builtin::find(name).map_or_else(|| name.clone(), |builtin| builtin.path.to_owned()),
            Self::Input => "standard input".to_owned(),
            Self::Text { name, .. } => name.clone(),
        }
    }

    /// The same for two ways of naming the same config.
    pub(crate) fn identity(&self) -> PathBuf {
        match self {
            Self::File(path) => std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
            Self::Builtin(_) | Self::Input | Self::Text { .. } => PathBuf::from(self.name()),
        }
    }

    /// The text, if it is no longer than `most` bytes.
    fn text(&self, most: u64) -> Result<String, Unreadable> {
        match self {
            Self::File(path) => read_file(path, most),
            Self::Input => once(Path::new("-"), || read_text(io::stdin().lock(), most)),
            Self::Builtin(name) => {
                Builtin::find(name).map(|builtin| builtin.text.to_owned()).ok_or(Unreadable::NotThere)
            }
            Self::Text { text, .. } => Ok(text.clone()),
        }
    }

    /// Reads the text of a config; `from` is the place that names it.
    pub(crate) fn open(&self, turn: usize, from: Option<&Place>) -> Result<Arc<Origin>, Diagnostic> {
        self.open_up_to(MAX_CONFIG, turn, from)
    }

    /// Reads a text of at most so many bytes; `from` is the place that names it.
    pub(crate) fn open_up_to(&self, most: u64, turn: usize, from: Option<&Place>) -> Result<Arc<Origin>, Diagnostic> {
        let name = self.name();
        let text = self.text(most).map_err(|error| {
            let message = error.message(&name);
            match (from, error) {
                (Some(place), Unreadable::NotThere) => Diagnostic::at(place, message).help("the path is relative to the file that says it; a built-in config is named as `redqueen init` writes it, such as \"baseline.toml\""),
                (Some(place), _) => Diagnostic::at(place, message),
                (None, Unreadable::NotThere) => self.help_missing(Diagnostic::general(message)),
                (None, _) => Diagnostic::general(message),
            }
        })?;
        Ok(Arc::new(Origin { name, text, turn, is_file: true }))
    }

    fn help_missing(&self, diagnostic: Diagnostic) -> Diagnostic {
        let stem = match self {
            Self::File(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            Self::Builtin(name) => Some(name.clone()),
            Self::Input | Self::Text { .. } => None,
        };
        let names = super::builtin::BUILTIN.iter().map(Builtin::name);
        match stem.and_then(|stem| nearest(&stem, names)) {
            Some(near) => diagnostic.help(format!("the built-in config `{near}` can be given by that name")),
            None => diagnostic.help("`redqueen configs` lists those that are built in"),
        }
    }
}

/// Why a text cannot be had.
#[derive(Clone, Debug)]
enum Unreadable {
    NotThere,
    Folder,
    Device,
    Silent,
    TooLong(u64),
    Utf16,
    NotUtf8,
    Other(String),
}

impl Unreadable {
    fn message(&self, name: &str) -> String {
        match self {
            Self::NotThere => format!("there is no file `{name}`"),
            Self::Folder => format!("`{name}` is a folder, not a file"),
            Self::Device => format!("`{name}` is a device, not a file"),
            Self::Silent => format!("nothing came out of `{name}` for {} seconds", PATIENCE.as_secs()),
            Self::TooLong(most) => {
                format!("`{name}` is longer than the {} MB that are read of such a file", most / MEGABYTE)
            }
            Self::Utf16 => format!("`{name}` is UTF-16 text: save it as UTF-8"),
            Self::NotUtf8 => format!("`{name}` is not UTF-8 text"),
            Self::Other(error) => format!("cannot read `{name}`: {error}"),
        }
    }
}

/// Whether there is something that can be read at a path: a folder cannot.
fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_dir())
}

/// Reads a file, or what comes out of a pipe.
fn read_file(path: &Path, most: u64) -> Result<String, Unreadable> {
    let found = fs::metadata(path).map_err(|error| match error.kind() {
        // A name that goes on below a file, or is too long, is none of a file either.
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Unreadable::NotThere,
        _ => Unreadable::Other(told(error).to_string()),
    })?;
    let open = |path: &Path| fs::File::open(path).map_err(|error| Unreadable::Other(told(error).to_string()));
    if found.is_file() {
        return read_text(open(path)?, most);
    }
    if found.is_dir() {
        return Err(Unreadable::Folder);
    }
    if is_input(path) {
        return once(Path::new("-"), || read_text(io::stdin().lock(), most));
    }
    if !is_pipe(&found) {
        return Err(Unreadable::Device);
    }
    once(path, || {
        // Nobody may ever write into a pipe, and opening one waits for somebody who does.
        let (send, receive) = mpsc::channel();
        let (path, wanted) = (path.to_owned(), most);
        thread::spawn(move || {
            let read = open(&path).and_then(|file| {
                let mut first = [0];
                let mut file = file;
                let got = file.read(&mut first).map_err(|error| Unreadable::Other(told(error).to_string()))?;
                // Whoever waits has gone if this is too late.
                let _ = send.send(None);
                read_text(first[..got].chain(file), wanted)
            });
            let _ = send.send(Some(read));
        });
        match receive.recv_timeout(PATIENCE) {
            Ok(None) => {}
            Ok(Some(read)) => return read,
            Err(_) => return Err(Unreadable::Silent),
        }
        receive.recv().ok().flatten().unwrap_or(Err(Unreadable::Silent))
    })
}

/// Whether the path is a name for something that this process was given open, and that others do not have.
fn is_handed_over(path: &Path) -> bool {
    is_input(path) || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.starts_with(folder))
}

/// Whether the path is another name of standard input.
fn is_input(path: &Path) -> bool {
    ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|name| Path::new(name) == path)
}

#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

/// What comes out of a pipe comes once, so it is kept for those who ask for it again.
fn once(path: &Path, read: impl FnOnce() -> Result<String, Unreadable>) -> Result<String, Unreadable> {
    static KEPT: Mutex<BTreeMap<PathBuf, Result<String, Unreadable>>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.entry(path.to_owned()).or_insert_with(read).clone()
}

fn read_text(from: impl Read, most: u64) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    let read = from.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| Unreadable::Other(told(error).to_string()))?;
    if bytes.len() as u64 > most {
        return Err(Unreadable::TooLong(most));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Unreadable::Utf16);
    }
    let text = String::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
    // Some editors and spreadsheets put a mark before the first letter.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_configs_extend_each_other() {
        assert_eq!(Source::Builtin("scenarios/x.toml".into()).beside("../baseline.toml").name(), "baseline.toml");
        assert_eq!(Source::Builtin("null".into()).beside("baseline.toml").name(), "baseline.toml");
        assert!(Source::Builtin("null".into()).text(MAX_CONFIG).unwrap().contains("extends"));
    }

    #[test]
    fn what_stands_beside_does_not_shadow_a_built_in_config() {
        let folder = tempfile::tempdir().unwrap();
        let top = Source::File(folder.path().join("top.toml"));
        fs::create_dir(folder.path().join("null.toml")).unwrap();
        fs::write(folder.path().join("baseline"), "x").unwrap();
        assert_eq!(top.beside("null.toml"), Source::Builtin("null.toml".into()), "a folder is no config");
        assert_eq!(top.beside("baseline"), Source::Builtin("baseline".into()));
        assert_eq!(top.beside("./baseline"), Source::File(folder.path().join("baseline")));
        fs::write(folder.path().join("baseline.toml"), "x").unwrap();
        assert_eq!(top.beside("baseline.toml"), Source::File(folder.path().join("baseline.toml")));
    }

    #[test]
    fn what_is_no_text_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let said = |name: &str, most| {
            Source::File(folder.path().join(name))
                .open_up_to(most, 0, None)
                .map(|origin| origin.text.clone())
                .map_err(|error| error.message)
        };
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("long", b"12345");
        write("wide", &[0xff, 0xfe, b'a', 0]);
        write("bytes", &[b'a', 0xff]);
        write("marked", "\u{feff}a = 1".as_bytes());
        assert_eq!(said("long", 5).unwrap(), "12345");
        assert_eq!(said("marked", 99).unwrap(), "a = 1");
        for (name, most, expected) in [
            ("long", 4, "is longer than"),
            ("wide", 99, "is UTF-16 text: save it as UTF-8"),
            ("bytes", 99, "is not UTF-8 text"),
            ("", 99, "is a folder"),
            ("nowhere", 99, "there is no file"),
            ("long/below", 99, "there is no file"),
        ] {
            let error = said(name, most).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_refused() {
        let error = Source::File("/dev/zero".into()).open(0, None).unwrap_err();
        assert_eq!(error.message, "`/dev/zero` is a device, not a file");
    }
}
