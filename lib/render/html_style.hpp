#pragma once

#include <string_view>

namespace kahn::render {

/// The style sheet of a report: light and dark by what the reader prefers, one column on a phone, ink-saving on paper.
inline constexpr std::string_view html_style = R"css(
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f8fa;--fg:#1f2328;--muted:#59636e;--line:#d1d9e0;--accent:#0969da;
--success:#1a7f37;--success-bg:#dafbe1;--failure:#cf222e;--failure-bg:#ffebe9;--allowed:#9a4a00;--allowed-bg:#fff1e5;
--cancelled:#7d5200;--cancelled-bg:#fff8c5;--skipped:#59636e;--skipped-bg:#eaeef2;--running:#0969da;--running-bg:#ddf4ff;
--pending:#59636e;--pending-bg:#fff;--critical:#8250df;--log-bg:#f6f8fa}
@media screen and (prefers-color-scheme:dark){:root{--bg:#0d1117;--panel:#151b23;--fg:#e6edf3;--muted:#9198a1;--line:#3d444d;--accent:#58a6ff;
--success:#3fb950;--success-bg:#12261a;--failure:#ff7b72;--failure-bg:#2d1416;--allowed:#f0883e;--allowed-bg:#2a1a0d;
--cancelled:#d29922;--cancelled-bg:#272115;--skipped:#9198a1;--skipped-bg:#212830;--running:#58a6ff;--running-bg:#0f2440;
--pending:#9198a1;--pending-bg:#0d1117;--critical:#bc8cff;--log-bg:#010409}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main,header .in,footer{max-width:1240px;margin:0 auto;padding:0 20px}
header{background:var(--panel);border-bottom:1px solid var(--line)}
header .in{padding-top:20px;padding-bottom:18px}
.kind{color:var(--muted);font-size:13px;margin:0 0 2px}
h1{font-size:26px;line-height:1.25;margin:0 0 6px;display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center}
h2{font-size:18px;margin:34px 0 10px;padding-bottom:6px;border-bottom:1px solid var(--line)}
h3{font-size:15px;margin:0}
p{margin:0 0 10px}
.meta,.note{color:var(--muted);font-size:13px;margin:0}
.note{margin:-4px 0 10px}
code,pre,.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12.5px}
.pill{display:inline-block;font-size:13px;font-weight:600;line-height:1.4;padding:1px 9px;border:1px solid currentColor;border-radius:999px;white-space:nowrap}
.s-success{color:var(--success);background:var(--success-bg)}.s-failure{color:var(--failure);background:var(--failure-bg)}
.s-allowed{color:var(--allowed);background:var(--allowed-bg)}.s-cancelled{color:var(--cancelled);background:var(--cancelled-bg)}
.s-skipped{color:var(--skipped);background:var(--skipped-bg)}.s-running{color:var(--running);background:var(--running-bg)}
.s-pending{color:var(--pending);background:var(--pending-bg)}
td .pill{font-size:12px;padding:0 7px}
.findings{margin:22px 0 0;padding:12px 16px 12px 34px;background:var(--panel);border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:6px}
.findings li+li{margin-top:3px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:22px 0 0;padding:0}
.fact{border:1px solid var(--line);border-radius:8px;padding:10px 13px}
.fact dt{color:var(--muted);font-size:12.5px}
.fact dd{margin:0}
.fact .v{font-size:20px;font-weight:600;line-height:1.35;font-variant-numeric:tabular-nums}
.fact .d{color:var(--muted);font-size:12.5px;line-height:1.4}
.failure{border:1px solid var(--line);border-left:4px solid var(--failure);border-radius:6px;margin:0 0 12px}
.failure.is-allowed{border-left-color:var(--allowed)}
.failure summary{cursor:pointer;padding:9px 13px;display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center;list-style-position:inside}
.failure summary::before{content:"\25B8";color:var(--muted)}
.failure[open] summary::before{content:"\25BE"}
.failure summary::-webkit-details-marker{display:none}
.failure .why{color:var(--muted)}
.failure .body{padding:0 13px 11px}
.stream{color:var(--muted);font-size:12.5px;margin:6px 0 3px}
pre{margin:0;padding:10px 12px;background:var(--log-bg);border:1px solid var(--line);border-radius:6px;max-height:26em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4;line-height:1.45}
.failure pre{display:flex;flex-direction:column-reverse}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--muted);font-weight:600;font-size:12.5px;white-space:nowrap}
tbody tr:hover{background:var(--panel)}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.t{min-width:8em}
td.code{word-break:break-all}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;color:var(--muted);font-size:12.5px;margin:0 0 10px;padding:0;list-style:none}
.legend i{display:inline-block;width:22px;height:10px;border-radius:2px;vertical-align:-1px;margin-right:5px;border:1px solid transparent}
.gantt{list-style:none;margin:0;padding:0;font-size:13px}
.gantt li{display:grid;grid-template-columns:minmax(0,220px) minmax(0,1fr) minmax(0,190px);gap:12px;align-items:center;min-height:26px}
.gantt li:nth-child(even) .track{background-color:var(--panel)}
.gantt .who{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.gantt .who small{color:var(--muted)}
.gantt .crit .who b::after{content:" \25C6";color:var(--critical)}
.gantt b{font-weight:500}
.gantt .crit b{font-weight:700}
.gantt .track{position:relative;height:26px;background-image:repeating-linear-gradient(to right,var(--line) 0 1px,transparent 1px var(--tick))}
.gantt .bar,.gantt .wait{position:absolute;top:6px;height:14px;min-width:3px;border-radius:2px}
.wait,.i-wait{background:repeating-linear-gradient(135deg,var(--muted) 0 2px,transparent 2px 5px);opacity:.65}
.b-success{background:var(--success)}.b-failure{background:var(--failure)}.b-allowed{background:var(--allowed)}.b-cancelled{background:var(--cancelled)}
.b-skipped,.b-pending{background:var(--skipped)}.b-running{background:var(--running)}
.gantt .bar.b-failure,.i-failure{background-image:repeating-linear-gradient(45deg,rgba(255,255,255,.35) 0 3px,transparent 3px 7px)}
.crit .bar,.i-crit{box-shadow:0 0 0 2px var(--bg),0 0 0 4px var(--critical)}
.legend .i-crit{margin:0 9px 0 4px;width:16px;height:6px;vertical-align:1px}
.gantt .res{font-variant-numeric:tabular-nums;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.axis .track{background:none!important;height:20px}
.axis .track span{position:absolute;top:0;color:var(--muted);font-size:11.5px;transform:translateX(-50%);white-space:nowrap}
.axis .track span:first-child{transform:none}
.t-success{color:var(--success)}.t-failure{color:var(--failure)}.t-allowed{color:var(--allowed)}.t-cancelled{color:var(--cancelled)}
.t-skipped,.t-pending{color:var(--skipped)}.t-running{color:var(--running)}
.graph{overflow:auto;border:1px solid var(--line);border-radius:8px;padding:6px;max-height:80vh}
.graph svg{display:block;margin:0 auto;max-width:100%;height:auto}
.graph .edge{fill:none;stroke:var(--muted);stroke-width:1.3}
.graph .edge.crit{stroke:var(--critical);stroke-width:2.6}
.graph rect{stroke-width:1.4}
.graph .crit rect{stroke:var(--critical)!important;stroke-width:3}
.graph text{font:600 12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--fg)}
.graph .sub{font-weight:400;font-size:11.5px}
.graph .arrow{fill:var(--muted)}
.g-success{fill:var(--success-bg);stroke:var(--success)}.g-failure{fill:var(--failure-bg);stroke:var(--failure)}
.g-allowed{fill:var(--allowed-bg);stroke:var(--allowed)}.g-cancelled{fill:var(--cancelled-bg);stroke:var(--cancelled)}
.g-skipped{fill:var(--skipped-bg);stroke:var(--skipped)}.g-running{fill:var(--running-bg);stroke:var(--running)}
.g-pending{fill:var(--pending-bg);stroke:var(--pending)}
footer{color:var(--muted);font-size:12.5px;padding-top:26px;padding-bottom:30px}
@media(max-width:720px){
main,header .in,footer{padding-left:14px;padding-right:14px}
h1{font-size:21px}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.gantt li{grid-template-columns:minmax(0,1fr) auto;gap:0 10px;padding:5px 0;border-bottom:1px solid var(--line)}
.gantt li .track{grid-column:1/-1;grid-row:2}
.gantt .res{text-align:right;max-width:52vw}
.gantt .axis{border:0}
.gantt .idle .track,table.rows td.none{display:none!important}
.axis .track span:nth-child(even){display:none}
table.rows thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.rows,table.rows tbody,table.rows tr,table.rows td{display:block}
table.rows tr{border:1px solid var(--line);border-radius:8px;margin:0 0 8px;padding:6px 11px}
table.rows td{display:flex;gap:12px;justify-content:space-between;border:0;padding:2px 0;text-align:right;white-space:normal}
table.rows td::before{content:attr(data-label);color:var(--muted);text-align:left;flex:0 0 auto;max-width:45%;font-family:system-ui,sans-serif}
table.rows td:first-child{font-weight:600}
}
@media print{
:root{color-scheme:light;--bg:#fff;--panel:#fff;--fg:#000;--muted:#444;--line:#bbb;--log-bg:#fff}
body{font-size:11px}
main,header .in,footer{max-width:none;padding-left:0;padding-right:0}
h1{font-size:20px}h2{font-size:15px;margin-top:22px}h3{font-size:12px}
h2{break-after:avoid}
.kind,.meta,.note,.stream,.legend,.gantt,.fact dt,.fact .d,table,footer{font-size:10px}
code,pre,.code{font-size:9.5px}
.pill,td .pill{font-size:9.5px;padding:0 6px}
.facts{gap:6px}
.fact{padding:6px 9px}
.fact .v{font-size:15px}
th{font-size:9.5px}
th,td{padding:4px 6px}
.gantt li{grid-template-columns:minmax(0,160px) minmax(0,1fr) minmax(0,130px)}
.axis .track span{font-size:9px}
.axis .track span:nth-child(even){display:none}
pre,.graph,.scroll{max-height:none;overflow:visible}
.failure,.fact,.gantt li,tr{break-inside:avoid}
.failure::details-content{content-visibility:visible;block-size:auto}
.bar,.pill,.wait,.legend i,rect{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
)css";

}  // namespace kahn::render
