/** What makes the page answer: shows an instruction's states, goes from one to the next by keys, zooms. `DATA` is before it. */
export const SCRIPT = `
const $ = id => document.getElementById(id);
const svg = $("svg"), graph = $("graph"), lines = new Map();
for (const g of svg.querySelectorAll(".line")) lines.set(+g.dataset.i, g);
const order = [...lines.keys()].sort((a, b) => a - b);
let at = -1, shown = 0, zoom = 1, step = -1;
const [width, height] = [+svg.getAttribute("width"), +svg.getAttribute("height")];
function setZoom(to) {
  zoom = Math.min(3, Math.max(0.08, to));
  svg.setAttribute("width", width * zoom);
  svg.setAttribute("height", height * zoom);
}
const whole = () => Math.min((graph.clientWidth - 40) / width, (graph.clientHeight - 40) / height);
function fit() { setZoom(Math.min(1.15, whole())); }
function el(tag, text, className) {
  const it = document.createElement(tag);
  if (text !== undefined) it.textContent = text;
  if (className) it.className = className;
  return it;
}
function bringIntoView(g) {
  const box = g.getBoundingClientRect(), port = graph.getBoundingClientRect();
  if (box.top < port.top + 40 || box.bottom > port.bottom - 40) graph.scrollTop += box.top - port.top - port.height / 2;
  if (box.left < port.left + 10 || box.right > port.right - 10) graph.scrollLeft += box.left - port.left - 60;
}
function select(i, state) {
  const g = lines.get(i);
  if (!g) return;
  lines.get(at)?.classList.remove("selected");
  at = i;
  shown = state ?? 0;
  g.classList.add("selected");
  bringIntoView(g);
  show();
  history.replaceState(null, "", "#" + i);
}
function show() {
  const it = DATA.instructions[at];
  $("now").replaceChildren(at + ": " + it.text, ...(it.source ? [el("span", it.source, "csrc")] : []));
  const much = it.visits === 0 ? "No path comes here." : "Walked " + it.visits + (it.visits === 1 ? " time" : " times") +
    (it.pruned ? "; cut " + it.pruned + (it.pruned === 1 ? " time" : " times") + " as an earlier state allowed the same" : "") + ".";
  $("visits").textContent = much;
  const state = it.states[shown];
  $("pager").hidden = !state;
  $("values").replaceChildren();
  if (!state) return;
  $("which").textContent = "state " + (shown + 1) + " of " + it.states.length +
    (it.visits > it.states.length ? " kept (" + it.visits + " met)" : "") +
    (state[0] < 0 ? ", at the beginning" : ", coming from " + state[0]) + (state[1] ? ", function depth " + state[1] : "");
  for (const [name, value, changed] of state[2]) {
    const row = el("tr", undefined, changed ? "changed" : "");
    const cell = el("td");
    cell.append(el("code", DATA.strings[value]));
    row.append(el("td", name), cell);
    $("values").append(row);
  }
}
function turn(by) {
  const count = at < 0 ? 0 : DATA.instructions[at].states.length;
  if (count > 0) { shown = (shown + by + count) % count; show(); }
}
function move(by) {
  const here = order.indexOf(at);
  select(order[Math.min(order.length - 1, Math.max(0, here + by))]);
}
function along(by) {
  if (DATA.path.length === 0) return;
  step = step < 0 ? DATA.path.length - 1 : Math.min(DATA.path.length - 1, Math.max(0, step + by));
  const i = DATA.path[step];
  select(i, Math.max(0, DATA.instructions[i].states.findIndex(s => s[0] === (DATA.path[step - 1] ?? -1))));
}
const KEYS = {
  ArrowDown: () => move(1), j: () => move(1), ArrowUp: () => move(-1), k: () => move(-1),
  ArrowRight: () => turn(1), l: () => turn(1), ArrowLeft: () => turn(-1), h: () => turn(-1),
  n: () => along(1), p: () => along(-1), r: () => DATA.refused >= 0 && select(DATA.refused),
  "+": () => setZoom(zoom * 1.2), "=": () => setZoom(zoom * 1.2), "-": () => setZoom(zoom / 1.2), "0": fit, 1: () => setZoom(1),
  Home: () => select(order[0]), End: () => select(order[order.length - 1]),
};
addEventListener("keydown", event => {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});
svg.addEventListener("click", event => {
  const g = event.target.closest(".line");
  if (g) select(+g.dataset.i);
});
for (const it of document.querySelectorAll("[data-go]")) {
  it.addEventListener("click", () => select(+it.dataset.go));
  it.addEventListener("keydown", event => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); select(+it.dataset.go); } });
}
for (const it of document.querySelectorAll("[data-key]")) it.addEventListener("click", () => KEYS[it.dataset.key]());
setZoom(Math.min(1.15, Math.max(0.8, whole())));
const wanted = location.hash === "" ? -1 : +location.hash.slice(1);
select(lines.has(wanted) ? wanted : DATA.refused >= 0 && lines.has(DATA.refused) ? DATA.refused : order[0]);
`;
