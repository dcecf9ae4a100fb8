# Everyday work. `just` alone lists it. The recipes for backups are those that `mdarchive init` writes.

import 'templates/just/justfile'

set allow-duplicate-variables

# The program as it stands here, not an installed one.
mdarchive := "cargo run --release --quiet -- --archives " + quote(archives)

# Show the whole path on a sample blog, without a network
demo:
    {{ mdarchive }} demo

# Run all tests, the real ones included; `just test --all` for the long ones too
test *args:
    tests/run {{ args }}

# Format, clippy, docs and the quick tests
check:
    cargo fmt --all --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --quiet
    cargo test --quiet

# Make archives/sample anew, after a change of what posts become; read the diff
sample:
    MDARCHIVE_UPDATE=1 cargo test --quiet --test it demo

# Measure
bench:
    cargo bench
    benches/fetch.sh
