mod extract;

fn main() {}
