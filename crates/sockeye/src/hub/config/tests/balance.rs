//! The keys of `serve = "balance"`.

use super::mistakes;

#[test]
fn a_key_of_another_service_is_sent_home() {
    let entry = "[[listen]]\nat = \"6667\"\nserve = \"chat\"\nmethod = \"random\"\nmetod = 1\n";
    let shown = mistakes(&format!("method = \"random\"\n{entry}"));
    for said in [
        "1:1: unknown section or key `method`",
        "= `method` belongs under [[listen]]",
        "5:1: `method` has no effect here",
        "= it belongs to serve = \"balance\"",
        "6:1: unknown key `metod`",
        "= [[listen]] takes at, serve",
    ] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
}

#[test]
fn every_mistake_of_a_balancer_is_shown() {
    insta::assert_snapshot!(mistakes(
        r#"
[[listen]]
at = "5432"
serve = "balance"
to = ["tpc://a:1", { to = "a:2", weigt = 3 }, { weight = 300, name = "b" }, "echo:", "-", 7,
      "udp://a:3", "a:4 +retry,3", "a:5", "tcp://a:5"]
method = "least-conections"
load_percent = 5000
sticky = "30"
slow_start = "5d5"
queue = { max = -1, wait = "0s" }
eject = 3
check = { every = "10ms", kind = "htttp", path = "health", status = "2xx", script = "sed 1" }
tot = 1
"#
    ));
}
