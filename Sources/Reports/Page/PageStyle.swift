/// The report's style sheet: system fonts only, two colours for seen and unseen that differ in lightness
/// and come with two shapes, light and dark by the reader's own setting, one column on a phone.
package enum PageStyle {
  package static let sheet: String = """
    :root {
      color-scheme: light dark;
      --paper: #fdfcf9; --panel: #f5f3ed; --ink: #1c1d1f; --muted: #5c5f64; --rule: #dcd8ce; --grid: #e7e3d9;
      --seen: #1b6484; --unseen: #b14a14; --plain: #4a4d52; --wrong: #a3203a;
      --serif: Charter, "Bitstream Charter", "Iowan Old Style", "Palatino Linotype", Georgia, serif;
      --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
      --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #151719; --panel: #1d2023; --ink: #e9e7e2; --muted: #a3a5a8; --rule: #373a3e; --grid: #2a2d31;
        --seen: #71bddc; --unseen: #f2a065; --plain: #b9bbbe; --wrong: #f48fa0;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans);
      font-variant-numeric: tabular-nums; }
    main, header, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
    header { padding-top: 3rem; }
    footer { padding-bottom: 4rem; color: var(--muted); font-size: .85rem; }
    h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; }
    h1 { font-size: 2.2rem; margin: .2rem 0 .4rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.45rem; margin: 0 0 .4rem; }
    p { margin: 0 0 .8rem; max-width: 44rem; }
    a { color: inherit; text-underline-offset: .15em; }
    section { border-top: 1px solid var(--rule); margin-top: 2.8rem; padding-top: 1.6rem; }
    .kicker { text-transform: uppercase; letter-spacing: .09em; font-size: .75rem; color: var(--muted); margin: 0; }
    .lede, .muted, figcaption { color: var(--muted); }
    .lede { overflow-wrap: anywhere; }
    .warning { border-left: 3px solid var(--unseen); padding: .1rem 0 .1rem .8rem; }
    .missing { border-left: 3px solid var(--rule); padding: .1rem 0 .1rem .8rem; color: var(--muted); }
    nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .9rem; color: var(--muted);
      margin-top: 1.2rem; }

    .headline { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1.5rem; margin: 0 0 1.4rem; }
    .headline div { border-top: 3px solid var(--plain); padding-top: .55rem; }
    .headline .seen { border-color: var(--seen); }
    .headline .unseen { border-color: var(--unseen); }
    .headline dt { font-size: .9rem; color: var(--muted); }
    .headline dd { margin: 0; }
    .headline .figure { font: 600 2.9rem/1.1 var(--serif); letter-spacing: -.01em; }
    .headline .unit { font-size: 1.3rem; font-weight: 400; color: var(--muted); margin-left: .2em;
      letter-spacing: 0; }
    .headline .interval { font-size: .85rem; color: var(--muted); }

    .legend { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; list-style: none; padding: 0; margin: .8rem 0 1rem;
      font-size: .85rem; color: var(--muted); }
    .legend li { display: flex; align-items: center; gap: .45rem; }
    .legend svg { width: 28px; height: 16px; flex: none; }

    .rows { display: grid; row-gap: 0; margin: 0; }
    .row { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr) 8.2rem; column-gap: 1.4rem;
      align-items: center; border-bottom: 1px solid var(--grid); padding: .32rem 0; }
    .row.axis { border-bottom-color: var(--rule); padding-bottom: 0; color: var(--muted); }
    .row.axis .value { font-size: .75rem; }
    .row.total { border-bottom-color: var(--rule); font-weight: 600; }
    .row.total small { font-weight: 400; }
    .row .name { line-height: 1.25; overflow-wrap: anywhere; }
    .row small { display: block; color: var(--muted); font-size: .78rem; }
    .row .value { text-align: right; font-size: .9rem; line-height: 1.35; }
    .row .value b { font-weight: 600; }
    .cluster { font-size: .75rem; letter-spacing: .06em; text-transform: uppercase; color: var(--muted);
      padding: 1rem 0 .1rem; border-bottom: 1px solid var(--grid); }
    .plot { display: block; width: 100%; height: 42px; overflow: visible; }
    .axis .plot { height: 18px; }
    .bars .plot { height: 18px; }
    .gaps .plot { height: 20px; }
    .plot text, .legend text { fill: var(--muted); font: 11.5px var(--sans); }
    .grid { stroke: var(--grid); }
    .zero { stroke: var(--muted); }
    .seen-ink { color: var(--seen); } .unseen-ink { color: var(--unseen); }
    .dot { fill: currentColor; fill-opacity: .55; stroke: var(--paper); stroke-width: .8; }
    .diamond { fill: currentColor; fill-opacity: .55; stroke: var(--paper); stroke-width: .8; }
    .dot:hover, .diamond:hover { fill-opacity: 1; stroke: var(--ink); }
    .quartiles { stroke: currentColor; stroke-opacity: .28; stroke-width: 9; }
    .median { stroke: currentColor; stroke-width: 2.5; }
    .whisker { stroke: var(--plain); stroke-width: 2; }
    .centre { fill: var(--ink); }
    .chance { stroke: var(--muted); stroke-dasharray: 2 3; }
    .majority { fill: var(--muted); }
    .bar { fill: var(--plain); fill-opacity: .45; }
    .wanted { stroke: var(--ink); stroke-width: 2; }

    figure { margin: 1rem 0 0; }
    figcaption { font-size: .85rem; margin-top: .5rem; max-width: 44rem; }
    .chart { display: grid; grid-template-columns: 3rem minmax(0, 1fr); grid-template-rows: 16rem 1.6rem; }
    .chart.low { grid-template-rows: 6rem 1.6rem; }
    .chart .plot { height: 100%; }
    .chart .steps { margin-top: .35rem; }
    .chart svg .curve { fill: none; stroke: var(--seen); stroke-width: 2; vector-effect: non-scaling-stroke;
      stroke-linejoin: round; }
    .chart svg .held { fill: none; stroke: var(--unseen); stroke-width: 2; stroke-dasharray: 6 4;
      vector-effect: non-scaling-stroke; }
    .chart svg .grid { vector-effect: non-scaling-stroke; }

    .scroll { overflow-x: auto; margin: .8rem 0; }
    table { border-collapse: collapse; font-size: .82rem; min-width: 100%; }
    th, td { text-align: left; padding: .32rem .75rem .32rem 0; border-bottom: 1px solid var(--grid);
      vertical-align: baseline; white-space: nowrap; }
    th { font-weight: 600; color: var(--muted); border-bottom-color: var(--rule); }
    tfoot td { font-weight: 600; border-top: 1px solid var(--rule); border-bottom: 0; }
    .number { text-align: right; }
    td.wide { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
    code, .hash { font: .82rem/1.5 var(--mono); overflow-wrap: anywhere; }
    td.hash { white-space: normal; min-width: 16rem; word-break: break-all; }
    details { margin: .9rem 0 0; }
    summary { cursor: pointer; color: var(--muted); font-size: .9rem; }
    summary:hover { color: var(--ink); }
    :focus-visible { outline: 2px solid var(--seen); outline-offset: 2px; }

    .examples { columns: 2 24rem; column-gap: 1rem; margin-top: 1rem; }
    .example { background: var(--panel); border: 1px solid var(--grid); border-radius: 4px; padding: .9rem 1rem;
      margin-bottom: 1rem; break-inside: avoid; }
    .example header { padding: 0; margin: 0 0 .6rem; max-width: none; font-size: .82rem; color: var(--muted); }
    .example header div { display: flex; justify-content: space-between; gap: 1rem; }
    .example header b { color: var(--ink); font-size: .92rem; overflow-wrap: anywhere; }
    .example .mark { font-weight: 600; white-space: nowrap; }
    .example .wrong { color: var(--wrong); }
    .prompt, .answer { font: .84rem/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;
      unicode-bidi: isolate; }
    .prompt { max-height: 16rem; overflow: auto; padding-bottom: .2rem; }
    .example dl { display: grid; grid-template-columns: 5rem minmax(0, 1fr); gap: .15rem .6rem; margin: .7rem 0 0;
      padding-top: .6rem; border-top: 1px solid var(--rule); font-size: .84rem; }
    .example dt { color: var(--muted); }
    .example dd { margin: 0; }
    .choices { list-style: none; padding: 0; margin: 0; }
    .choices li { display: flex; justify-content: space-between; gap: 1rem; }
    .choices .taken { font-weight: 600; }
    .choices span + span { font: .84rem/1.5 var(--mono); font-weight: inherit; color: var(--muted); white-space: nowrap; }
    .definitions dt { font-weight: 600; margin-top: .7rem; }
    .definitions dd { margin: 0; max-width: 44rem; color: var(--muted); }

    @media (max-width: 44rem) {
      header { padding-top: 1.6rem; }
      h1 { font-size: 1.7rem; }
      .headline { grid-template-columns: 1fr 1fr; gap: 1rem; }
      .headline div:last-child { grid-column: 1 / -1; }
      .headline .figure { font-size: 2.3rem; }
      .row { grid-template-columns: minmax(0, 1fr) auto; row-gap: .1rem; padding: .5rem 0; }
      .row .plot-cell { grid-column: 1 / -1; grid-row: 2; padding: 0 6px; }
      .row.axis .name, .row.axis .value { display: none; }
      .row.axis .plot-cell { grid-row: 1; }
      .chart { grid-template-rows: 13rem 1.6rem; }
    }
    @media print { body { background: #fff; } .prompt { max-height: none; } }
    """
}
