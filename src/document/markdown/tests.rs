use super::*;

#[test]
fn scratch() {
    for f in ["execution-plan", "milestones"] {
        let d =
            MarkdownDocument::load(std::fs::read(format!("/work/shared/seeds/{f}.md")).unwrap());
        for h in d.headings() {
            println!(
                "H{} {:?} {:?} parent {:?} src {:?}",
                h.level,
                h.text,
                d.source(h.content),
                h.parent,
                d.line_of(h.span.start)
            );
        }
        for t in d.tables() {
            println!(
                "T {:?} {} rows; {:?}",
                t.heading,
                t.rows.len(),
                t.header
                    .cells
                    .iter()
                    .map(|c| (&c.text, d.source(c.outer).to_string()))
                    .collect::<Vec<_>>()
            );
            for r in &t.rows {
                println!(
                    "   {:?}",
                    r.cells.iter().map(|c| &c.text).collect::<Vec<_>>()
                );
            }
        }
        for i in d.items() {
            println!(
                "I {:?} {} {:?} {:?} {:?} end {:?}",
                i.heading,
                d.line_of(i.span.start),
                d.source(i.marker),
                i.text,
                i.label,
                d.line_of(i.span.end)
            );
            assert!(d.source(i.content).len() >= i.text.len() - 10)
        }
        for l in d.links() {
            println!("L {l:?}");
        }
        let mut n = 0;
        for i in 0..d.items().len() {
            let s = d.set_check(i, CheckState::Done).unwrap();
            let e = d.apply(&s).unwrap();
            assert_eq!(e.bytes().len(), d.bytes().len() + 4);
            n += 1;
            let b = e.set_check(i, CheckState::Absent).unwrap();
            assert_eq!(e.apply(&b).unwrap().bytes(), d.bytes());
        }
        for t in 0..d.tables().len() {
            for r in 0..d.tables()[t].rows.len() {
                for c in 0..d.tables()[t].rows[r].cells.len() {
                    let s = d.set_cell(t, r, c, "a|b\n*c*").unwrap();
                    println!("{:?}", String::from_utf8_lossy(&s[0].text));
                }
            }
        }
        println!("{n} ticked");
    }
}
