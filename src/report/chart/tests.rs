use super::*;

fn dates(all: &[&str]) -> Vec<NaiveDate> {
    all.iter().map(|date| date.parse().unwrap()).collect()
}

#[test]
fn text_is_no_markup_and_bands_lie_on_each_other() {
    let dates = dates(&["2026-01-04", "2026-01-11"]);
    let band = |name, counts: [usize; 2]| Band {
        name,
        counts: counts.to_vec(),
    };
    let bands = [band("done", [0, 5]), band("open", [10, 5])];
    let chart = Chart {
        id: "",
        title: "a < b & \"c\"\u{1}",
        description: "</desc><script>",
        plot: Plot::Areas {
            dates: &dates,
            bands: &bands,
        },
    };
    let svg = chart.to_string();
    assert!(svg.contains("<title id=\"title\">a &lt; b &amp; &quot;c&quot;\u{fffd}</title>"));
    assert!(!svg.contains("<script"));
    let [bottom, full] = [HEIGHT - BOTTOM, TOP].map(|y| format!("{y:.1}"));
    let right = format!("{:.1}", WIDTH - RIGHT);
    let middle = format!("{:.1}", (HEIGHT - BOTTOM + TOP) / 2.0);
    assert!(svg.contains(&format!(
        "band-0\" points=\"60.0,{bottom} {right},{middle} {right},{bottom} 60.0,{bottom}\""
    )));
    assert!(svg.contains(&format!("total\" points=\"60.0,{full} {right},{full}\"")));
    let empty = Chart {
        plot: Plot::Areas {
            dates: &[],
            bands: &[],
        },
        ..chart
    };
    assert!(empty.to_string().ends_with("</svg>\n"));
}

#[test]
fn a_line_has_gaps_levels_and_says_its_last_value() {
    let dates = dates(&["2026-01-04", "2026-01-11", "2026-01-18", "2026-01-25"]);
    let line = |name: &str, values: [Option<f64>; 4]| Curve {
        name: name.to_owned(),
        values: values.to_vec(),
    };
    let lines = [
        line("kept", [Some(4.0), None, Some(6.0), Some(8.5)]),
        line("of <ten>", [Some(10.0); 4]),
    ];
    let levels = [Level {
        name: "target".to_owned(),
        value: 9.0,
    }];
    let svg = Chart {
        id: "kept",
        title: "Kept",
        description: "It rose.",
        plot: Plot::Lines {
            dates: &dates,
            lines: &lines,
            levels: &levels,
        },
    }
    .to_string();
    assert!(svg.contains("aria-labelledby=\"kept-title kept-description\""));
    assert_eq!(svg.matches("<circle").count(), 1);
    assert_eq!(svg.matches("<polyline").count(), 2);
    assert!(svg.contains(">8.5</text>") && svg.contains(">target 9</text>"));
    assert!(svg.contains("of &lt;ten&gt;"));
}

#[test]
fn a_bar_is_as_long_as_its_value_and_says_it() {
    let bars = [("A".to_owned(), 10.0), ("B".to_owned(), -5.0)];
    let svg = Chart {
        id: "",
        title: "",
        description: "",
        plot: Plot::Bars { bars: &bars },
    }
    .to_string();
    let bars = svg.split("class=\"band-1\"").skip(1);
    let heights = bars.filter_map(|bar| bar.split("height=\"").nth(1)?.split('"').next());
    let heights: Vec<f64> = heights.map(|height| height.parse().unwrap()).collect();
    assert!((heights[0] / heights[1] - 2.0).abs() < 0.01, "{heights:?}");
    assert!(svg.contains(">-5</text>"));
}
