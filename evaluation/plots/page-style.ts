/** The rules of pages; colours come from the theme. */
export const PAGE_STYLE = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', sans-serif; }
header, main, footer { max-width: 980px; margin: 0 auto; padding: 0 24px; }
header { display: flex; justify-content: space-between; align-items: flex-start; gap: 16px; padding-top: 36px; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { margin: 0 0 12px; font-size: 20px; line-height: 1.3; letter-spacing: -.01em; }
h3 { margin: 24px 0 8px; font-size: 15px; }
p { margin: 0 0 12px; max-width: 72ch; overflow-wrap: break-word; }
a { color: var(--blue); }
.kind { margin: 0 0 4px; color: var(--muted); font-size: 13px; letter-spacing: .04em; }
.lead { margin-top: 16px; }
.lead > p:first-child { font-size: 17px; }
section { padding-top: 28px; margin-top: 28px; border-top: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 20px; font-size: 14px; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
button { flex: none; padding: 5px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); color: var(--ink); font: inherit; font-size: 14px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.note, figcaption, footer { color: var(--muted); font-size: 14px; }
footer { padding-top: 24px; padding-bottom: 48px; margin-top: 32px; }
ul { margin: 0; padding-left: 20px; }
li { margin-bottom: 6px; max-width: 72ch; overflow-wrap: break-word; }

.figures { display: flex; flex-wrap: wrap; gap: 1px; margin: 20px 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--line); }
.figures > div { flex: 1 1 130px; padding: 12px 16px; background: var(--paper); }
.figures dt { color: var(--muted); font-size: 13px; }
.figures dd { margin: 2px 0 0; font-size: 22px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.figures dd + dd { font-size: 13px; font-weight: 400; letter-spacing: 0; color: var(--muted); }
.gain { color: var(--teal); }
.loss { color: var(--orange); }

.notice { margin: 16px 0; padding: 12px 16px; border-left: 4px solid var(--muted); border-radius: 4px; background: var(--raised); }
.notice > :last-child { margin-bottom: 0; }
.notice.alarm { border-color: var(--alarm); background: var(--alarmPaper); }
.notice.alarm strong:first-child { color: var(--alarm); }

.scroll { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
.scroll > table { min-width: 100%; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--muted); font-weight: 500; vertical-align: bottom; }
th:last-child, td:last-child { padding-right: 0; }
.right { text-align: right; white-space: nowrap; }
.kept { white-space: nowrap; }
td.text:first-child { min-width: 12ch; }
td.prose { min-width: 34ch; }
.outcome { white-space: nowrap; font-weight: 600; }
.outcome.pass { color: var(--teal); }
.outcome.fail { color: var(--alarm); }
.outcome.inconclusive { color: var(--muted); }

figure { margin: 16px 0 20px; min-width: 0; }
figure h3 { margin: 0 0 2px; }
figcaption { margin-top: 4px; max-width: 72ch; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 8px 32px; align-items: start; }
.chart { container-type: inline-size; color: var(--muted); }
.chart svg { display: block; width: 100%; height: auto; overflow: visible; }
.chart text, .chart tspan { white-space: pre; }
.chart .narrow { display: none; }
.chart.half .narrow { display: block; max-width: 520px; }
@container (max-width: 559px) {
  .chart.whole .wide { display: none; }
  .chart.whole .narrow { display: block; }
}
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 6px; padding: 0; list-style: none; color: var(--muted); font-size: 13px; }
.legend li { margin: 0; display: flex; align-items: center; gap: 6px; }
.legend i { width: 14px; height: 3px; border-radius: 2px; }
.legend i.area { height: 11px; }
@media (max-width: 600px) {
  header, main, footer { padding-left: 16px; padding-right: 16px; }
  header { padding-top: 20px; }
  h1 { font-size: 23px; }
  .figures > div { flex-basis: 40%; }
  .figures dd { font-size: 19px; }
  th, td { padding-right: 10px; }
  td.text:first-child { min-width: 9ch; }
  .stacked thead { display: none; }
  .stacked tr { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 10px 0; border-bottom: 1px solid var(--line); }
  .stacked td { padding: 0; border: 0; }
  .stacked td:first-child { font-weight: 600; min-width: 0; }
  .stacked td.prose { flex-basis: 100%; min-width: 0; }
  .stacked td.text:not(:first-child)::before, .stacked td.right::before { content: attr(data-title) ' '; color: var(--muted); }
}
@media print {
  button, nav { display: none; }
  section, figure { break-inside: avoid; }
}
`;
