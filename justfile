# Everyday work. `just` alone lists it.

# Where archives live: a folder a blog, and mdarchive.toml with their addresses.
archives := env("MDARCHIVE_ARCHIVES", "archives")
mdarchive := "cargo run --release --quiet -- --archives " + quote(archives)

# List what can be done
default:
    @{{ just_executable() }} --list --unsorted

# Save or refresh one blog: an address, or a name from mdarchive.toml
backup blog:
    {{ mdarchive }} fetch {{ quote(blog) }}

# Refresh every blog of mdarchive.toml
backup-all:
    {{ mdarchive }} fetch

# Check every kept file against its recorded digest
verify *names:
    {{ mdarchive }} verify {{ names }}

# Make books and snapshots of archives in a folder (all archives, unless named)
export output="out" *names:
    {{ mdarchive }} export --epub --json --zip -o {{ quote(output) }} {{ names }}

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
