//! The command-line program; everything it does is in the library.

fn main() -> std::process::ExitCode {
    redqueen::cli::main_of(&redqueen::model::Model::standard())
}
