"use strict";
// Everything on the page is made here from the records. Values become text nodes and attributes, never markup.
(() => {
  const SEVERITIES = ["error", "warning", "info"];
  const WORDS = { error: ["error", "errors"], warning: ["warning", "warnings"], info: ["note", "notes"] };
  const CHUNK = 80, PRINTED = 2000, TOP = 8, LONG = 60;
  const $ = (id) => document.getElementById(id);
  const number = (n) => n.toLocaleString("en-US");
  const counted = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;
  const severityCount = (n, severity) => counted(n, ...WORDS[severity]);

  // -- small tools for elements -------------------------------------------------------------------------

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  function bar(parts, whole) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "meter");
    svg.setAttribute("aria-hidden", "true");
    let at = 0;
    for (const [kind, count] of parts) {
      if (!count) continue;
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      rect.setAttribute("class", `fill-${kind}`);
      rect.setAttribute("x", `${(100 * at) / whole}%`);
      rect.setAttribute("width", `${(100 * count) / whole}%`);
      rect.setAttribute("height", "100%");
      svg.append(rect);
      at += count;
    }
    return svg;
  }

  // -- the records --------------------------------------------------------------------------------------

  const files = [], rules = [], payers = [], nodes = [], segments = [], units = [], findings = [], loops = new Map();
  let end = null;
  for (const [kind, ...rest] of JSON.parse($("records").textContent)) {
    if (kind === "file") files.push(rest[0]);
    else if (kind === "rule") {
      const [id, name, snip, summary, why, fix] = rest;
      rules.push({ id, name, snip, summary, why, fix });
    } else if (kind === "loop") loops.set(rest[0], rest[1]);
    else if (kind === "payer") payers.push(rest[0]);
    else if (kind === "node") {
      const [loop, depth, opens, id, name, elements] = rest;
      nodes.push({ loop, depth, opens, id, name, elements });
    } else if (kind === "segment") {
      const [node, id, reads] = rest;
      segments.push({ node: node === null ? null : nodes[node], id, reads });
    } else if (kind === "unit") {
      const [unitKind, file, above, claim, members] = rest;
      const [index, id, charge, lines] = claim || [];
      const own = claim ? { index, id, charge, lines } : null;
      units.push({ kind: unitKind, file, above: above === null ? null : units[above], claim: own, members, findings: [] });
    } else if (kind === "finding") {
      const [unit, rule, severity, message, fix, file, line, column, loop, segment, element, value, ordinal, missing,
        serviceLine, excerpt, payer, claim] = rest;
      const finding = { unit: unit === null ? null : units[unit], rule: rules[rule], severity, message,
        fix: fix === null ? rules[rule].fix : fix, file, line, column, loop, segment, element, value, ordinal, missing,
        serviceLine, excerpt, payer: payers[payer], claim };
      if (finding.unit) finding.unit.findings.push(finding);
      findings.push(finding);
    } else if (kind === "above") units[rest[0]].first = { index: rest[1], id: rest[2] };
    else if (kind === "end") end = rest[0];
  }
  $("records").remove();

  function claimName(claim) {
    return claim.id ? `Claim ${claim.id}` : `Claim number ${number(claim.index)}`;
  }

  function claimOf(finding) {
    if (finding.unit && finding.unit.claim) return finding.unit.claim;
    return finding.claim ? { index: finding.claim[0], id: finding.claim[1] } : null;
  }

  // The segments of a unit: [segment, line, ordinal]. One that stands alone follows the one before it.
  function membersOf(unit) {
    let line = 0, ordinal = 0;
    return unit.members.map((member) => {
      [, line, ordinal] = Array.isArray(member) ? member : [0, line + 1, ordinal + 1];
      return [Array.isArray(member) ? member[0] : member, line, ordinal];
    });
  }

  // The elements of a segment: [ref, name, value, words].
  function readsOf({ node, id, reads }) {
    return reads.map(([position, value, words]) => [nameOfElement(id, position), (node && node.elements[position]) || "", value, words || ""]);
  }

  function nameOfElement(id, position) {
    const [element, component] = position.split("-");
    return `${id}${element.padStart(2, "0")}${component ? `-${component}` : ""}`;
  }

  function payerName(payer) {
    return payer || "none: envelope, provider";
  }

  for (const finding of findings) {
    const claim = claimOf(finding);
    finding.words = [finding.rule.id, finding.rule.name, finding.message, claim ? claimName(claim) : "",
      finding.unit && finding.unit.first ? claimName(finding.unit.first) : "", finding.loop,
      finding.segment, finding.element, finding.value, finding.payer, files[finding.file], `line ${finding.line}`]
      .join("\n").toLowerCase();
  }

  // -- head and totals ----------------------------------------------------------------------------------

  const { summary } = end;
  const total = SEVERITIES.reduce((sum, severity) => sum + summary.findings[severity], 0);
  const [withErrors, withWarnings, withNotes, clean] = end.claims;

  function verdict() {
    if (summary.exit === 2) return ["unknown", "Not everything could be checked"];
    if (withErrors) {
      const claims = withErrors === summary.claims ? `All ${counted(summary.claims, "claim", "claims")}` :
        `${number(withErrors)} of ${counted(summary.claims, "claim", "claims")}`;
      const need = summary.claims === 1 ? "The claim needs correction" : `${claims} need correction`;
      return ["error", withErrors === 1 && summary.claims > 1 ? need.replace("need ", "needs ") : need];
    }
    if (summary.findings.error) return ["error", "The batch needs correction before it is sent"];
    if (summary.findings.warning) return ["warning", `No errors, ${severityCount(summary.findings.warning, "warning")}`];
    return ["clean", total ? `No errors, ${severityCount(total, "info")}` : "Nothing to correct"];
  }

  function dollars(text) {
    return Number(text).toLocaleString("en-US", { style: "currency", currency: "USD" });
  }

  function figure(label, value, detail, chart) {
    return make("div", { class: "figure" }, make("p", { class: "label" }, label), make("p", { class: "value" }, value),
      make("p", { class: "detail" }, detail), chart);
  }

  function head() {
    const [state, words] = verdict();
    document.documentElement.dataset.state = state;
    $("verdict").textContent = words;
    document.title = `${words} · ${files.length === 1 ? files[0] : counted(files.length, "file", "files")}`;
    const named = files.length <= 3 ? files.join(", ") : `${files[0]} and ${number(files.length - 1)} more files`;
    $("reading").textContent = `${named}: ${counted(summary.claims, "claim", "claims")} with ` +
      `${counted(summary.service_lines, "service line", "service lines")}, judged as of ${end.as_of}.`;
    $("run").textContent = `version ${end.version}`;
    const notices = [];
    if (end.show_values) notices.push("This report shows patients' names, ids and birth dates. Treat it as the claims themselves.");
    if (end.listed < total) notices.push(`${number(end.listed)} of ${number(total)} findings are listed; all are counted.`);
    $("notice").textContent = notices.join(" ");
    $("notice").hidden = !notices.length;
    const legend = make("ul", { class: "legend" });
    for (const [kind, count, words_] of [["error", withErrors, "with errors"], ["warning", withWarnings, "with warnings"],
      ["info", withNotes, "with notes"], ["clean", clean, "clean"]]) {
      if (count) legend.append(make("li", {}, make("span", { class: `dot fill-${kind}` }), `${number(count)} ${words_}`));
    }
    const parts = [["error", withErrors], ["warning", withWarnings], ["info", withNotes], ["clean", clean]];
    const claims = figure("Claims", number(summary.claims), legend,
      summary.claims ? bar(parts, withErrors + withWarnings + withNotes + clean || 1) : "");
    const held = figure("Charges in claims with errors", dollars(end.held), `of ${dollars(end.charges)} in the batch`,
      Number(end.charges) > 0 ? bar([["error", Number(end.held)], ["clean", Number(end.charges) - Number(end.held)]],
        Number(end.charges)) : "");
    const found = figure("Findings", number(total), SEVERITIES.map((s) => severityCount(summary.findings[s], s)).join(", "),
      total ? bar(SEVERITIES.map((s) => [s, summary.findings[s]]), total) : "");
    $("figures").append(claims, held, found);
    $("bottom").textContent = `edi-lint ${end.version}. ${number(summary.bytes)} bytes, ${counted(summary.segments, "segment", "segments")}, ` +
      `${counted(summary.transactions, "transaction set", "transaction sets")} in ${counted(summary.files, "file", "files")}.` +
      (end.show_values ? "" : " Names, ids, birth dates, addresses and free text are masked.");
  }

  // -- what is asked for --------------------------------------------------------------------------------

  const asked = { words: "", severities: new Set(SEVERITIES), rule: "", payer: null, file: "", byRule: false };

  function matches(finding) {
    return asked.severities.has(finding.severity) && (!asked.rule || finding.rule.id === asked.rule) &&
      (asked.payer === null || finding.payer === asked.payer) && (asked.file === "" || finding.file === Number(asked.file)) &&
      asked.words.split(/\s+/).every((word) => finding.words.includes(word));
  }

  function isFiltered() {
    return Boolean(asked.words || asked.rule || asked.payer !== null || asked.file !== "" || asked.severities.size < 3);
  }

  function clearFilters() {
    Object.assign(asked, { words: "", rule: "", payer: null, file: "", severities: new Set(SEVERITIES) });
    $("search").value = "";
    refresh();
  }

  // -- charts that filter -------------------------------------------------------------------------------

  function chart(holder, rows, isChosen, choose) {
    const most = Math.max(1, ...rows.map((row) => row.count));
    const list = make("div", { class: "bars" });
    let all = false;
    function draw() {
      list.replaceChildren();
      for (const row of all ? rows : rows.slice(0, TOP)) {
        const parts = SEVERITIES.map((severity) => [severity, row.counts[severity] || 0]);
        const told = parts.filter(([, n]) => n).map(([severity, n]) => severityCount(n, severity)).join(", ");
        const button = make("button", { type: "button", class: "row", "aria-pressed": String(isChosen(row)),
          title: `${row.label}: ${told}` },
          make("span", { class: "name" }, row.id ? make("b", {}, row.id) : "", ` ${row.label}`), bar(parts, most),
          make("span", { class: "n" }, number(row.count)));
        button.addEventListener("click", () => { choose(row); });
        list.append(button);
      }
      if (rows.length > TOP) {
        const more = make("button", { type: "button", class: "quiet" }, all ? "Show fewer" : `${number(rows.length - TOP)} more`);
        more.addEventListener("click", () => { all = !all; draw(); });
        list.append(more);
      }
    }
    if (!rows.length) list.append(make("p", { class: "none" }, "None"));
    draw();
    holder.append(list);
    return draw;
  }

  const ruleRows = new Map();
  for (const [id, severity, count] of end.rules) {
    const rule = rules.find((one) => one.id === id);
    const row = ruleRows.get(id) || { id, label: rule ? rule.name : "", count: 0, counts: {} };
    row.count += count;
    row.counts[severity] = (row.counts[severity] || 0) + count;
    ruleRows.set(id, row);
  }
  // What has most errors comes first, whatever else was noted more often.
  function byGravity(a, b) {
    for (const severity of SEVERITIES) {
      const difference = (b.counts[severity] || 0) - (a.counts[severity] || 0);
      if (difference) return difference;
    }
    return 0;
  }
  const payerRows = end.payers.map(([key, ...counts]) => ({ key, label: payerName(key), count: counts.reduce((a, b) => a + b, 0),
    counts: Object.fromEntries(SEVERITIES.map((severity, at) => [severity, counts[at]])) })).sort(byGravity);
  const sortedRules = [...ruleRows.values()].sort(byGravity);

  // -- findings -----------------------------------------------------------------------------------------

  function marked(finding) {
    const [text, start, length] = finding.excerpt;
    const first = Math.max(0, start - 60), shown = text.slice(first, first + 180);
    const at = start - first;
    const code = make("code", { class: "excerpt" }, first ? "…" : "", shown.slice(0, at));
    if (length) code.append(make("mark", { class: finding.severity }, shown.slice(at, at + length)), shown.slice(at + length));
    else code.append(make("mark", { class: `${finding.severity} gap` }, "missing here"), shown.slice(at));
    if (first + shown.length < text.length) code.append("…");
    return code;
  }

  function nameIn(node, element) {
    if (!node || !element.startsWith(node.id)) return "";
    return node.elements[element.slice(node.id.length).replace(/^0+/, "")] || "";
  }

  function elementName(finding) {
    if (!finding.unit || !finding.element) return "";
    const member = membersOf(finding.unit).find((one) => one[2] === finding.ordinal);
    return member ? nameIn(segments[member[0]].node, finding.element) : "";
  }

  function placeOf(finding) {
    const parts = [`line ${number(finding.line)}`];
    if (finding.serviceLine !== null) parts.push(`service line ${finding.serviceLine}`);
    if (finding.loop) parts.push(`loop ${finding.loop}`);
    if (finding.element || finding.segment) parts.push([finding.element || finding.segment, elementName(finding)].join(" ").trim());
    return parts.join(" · ");
  }

  function findingCard(finding) {
    const card = make("article", { class: `finding ${finding.severity}`, tabindex: "-1",
      "aria-label": `${WORDS[finding.severity][0]} ${finding.rule.id}` });
    const claim = claimOf(finding);
    const subject = asked.byRule ? make("b", { class: "subject" }, claim ? claimName(claim) : unitName(finding.unit)) :
      make("span", { class: "rule" }, make("b", {}, finding.rule.id), ` ${finding.rule.name}`);
    const line = make("div", { class: "what" }, make("span", { class: `badge ${finding.severity}` }, WORDS[finding.severity][0]),
      subject, make("span", { class: "place" }, placeOf(finding)));
    if (asked.byRule && finding.unit) line.append(opener(finding.unit, card));
    card.append(line);
    card.append(make("p", { class: "message" }, finding.message));
    if (finding.excerpt && finding.excerpt[0]) card.append(marked(finding));
    const advice = make("dl", { class: "advice" });
    if (finding.fix && !(asked.byRule && finding.fix === finding.rule.fix)) advice.append(make("dt", {}, "Fix"), make("dd", {}, finding.fix));
    if (finding.rule.why && !asked.byRule) advice.append(make("dt", {}, "Why"), make("dd", { class: "why" }, finding.rule.why));
    if (advice.childElementCount) card.append(advice);
    return card;
  }

  // -- the segments of a unit, read out -----------------------------------------------------------------

  function box(read, told) {
    const [ref, name, value, words] = read;
    const masked = value === "…";
    const severity = told.length ? told[0].severity : "";
    return make("div", { class: `box ${severity}` }, make("dt", {}, make("span", { class: "ref" }, ref), ` ${name}`),
      make("dd", {}, value ? make("span", { class: masked ? "value masked" : "value", title: masked ? "masked" : null }, masked ? "masked" : value) :
        make("span", { class: "value absent" }, "missing"), words ? make("span", { class: "words" }, words) : ""));
  }

  function isAbout(element, ref) {
    return ref === element || ref.startsWith(`${element}-`);
  }

  function told(finding) {
    const what = finding.element || finding.segment || `loop ${finding.loop}`;
    return make("p", { class: `told ${finding.severity}` }, make("b", {}, `${finding.rule.id} `),
      finding.missing ? `${what} is missing here. ` : "", finding.message);
  }

  function segmentRow(member, about) {
    const [at, line, ordinal] = member;
    const segment = segments[at], { node } = segment;
    const before = about.filter((finding) => finding.missing);
    const here = about.filter((finding) => !finding.missing);
    const rows = readsOf(segment);
    for (const finding of here) {
      if (finding.element && !rows.some((read) => isAbout(finding.element, read[0]))) rows.push([finding.element, nameIn(node, finding.element), "", ""]);
    }
    rows.sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
    const row = make("div", { class: here.length ? `segment faulty ${here[0].severity}` : "segment" });
    row.append(make("p", { class: "id" }, make("b", {}, segment.id),
      ` ${node ? node.name : "has no place here"}`, make("span", { class: "line" }, `line ${number(line)}`)));
    const boxes = make("dl", { class: "boxes" });
    for (const read of rows) boxes.append(box(read, here.filter((finding) => finding.element && isAbout(finding.element, read[0]))));
    row.append(boxes, ...here.map(told));
    return [...before.map(told), row];
  }

  function unitBody(unit) {
    const body = make("div", { class: "unit" });
    const members = membersOf(unit);
    const first = Math.min(...members.map(([at]) => (segments[at].node ? segments[at].node.depth : 99)));
    let inside = body, name = null;
    const known = new Set(members.map((member) => member[2]));
    // Of a long claim, the loops in which nothing was found are there to be opened.
    const long = members.length > LONG;
    for (const member of members) {
      const { node } = segments[member[0]], about = unit.findings.filter((finding) => finding.ordinal === member[2]);
      if (node && (node.opens || node.loop !== name)) {
        name = node.loop;
        inside = make("details", { class: `loop depth-${Math.min(node.depth - first, 4)}`, open: !long },
          make("summary", { class: "loop-name" }, make("b", {}, name), ` ${loops.get(name) || ""}`));
        body.append(inside);
      }
      if (about.length && inside.tagName === "DETAILS") inside.open = true;
      inside.append(...segmentRow(member, about));
    }
    // What is missing at the end of the unit, or lies in a part around it, has no segment here.
    body.append(...unit.findings.filter((finding) => !known.has(finding.ordinal)).map(told));
    return body;
  }

  const KINDS = { provider: "Billing provider", subscriber: "Subscriber and payer", patient: "Patient", claim: "Claim", header: "Transaction set header" };

  function unitName(unit) {
    if (!unit) return "Envelope";
    return unit.first ? `${KINDS[unit.kind]} above ${claimName(unit.first).replace(/^C/, "c")}` : KINDS[unit.kind];
  }

  function panel(unit) {
    const holder = make("div", { class: "panel" });
    const above = [];
    for (let outer = unit.above; outer; outer = outer.above) above.unshift(outer);
    for (const outer of above) {
      const details = make("details", { class: "above" }, make("summary", {}, KINDS[outer.kind]));
      details.addEventListener("toggle", () => { if (details.open && details.childElementCount === 1) details.append(unitBody(outer)); });
      holder.append(details);
    }
    holder.append(unitBody(unit));
    return holder;
  }

  function opener(unit, host) {
    const button = make("button", { type: "button", class: "open", "aria-expanded": "false" }, "Segments");
    button.addEventListener("click", () => {
      const open = host.querySelector(":scope > .panel");
      if (open) open.remove();
      else host.append(panel(unit));
      button.setAttribute("aria-expanded", String(!open));
    });
    return button;
  }

  // -- the list, put on the page piece by piece ---------------------------------------------------------

  let wanted = [], shown = 0, group = null, groupKey = null;

  function keyOf(finding) {
    if (asked.byRule) return finding.rule;
    if (finding.unit) return finding.unit;
    return finding.claim ? `${finding.file}/${finding.claim[0]}` : `file ${finding.file}`;
  }

  function groupHead(finding) {
    if (asked.byRule) {
      const { rule } = finding, here = wanted.filter((one) => one.rule === rule).length;
      return make("header", { class: "head" }, make("h2", {}, make("b", {}, rule.id), ` ${rule.name}`),
        make("span", { class: "tally" }, counted(here, "finding", "findings")), make("p", { class: "summary" }, rule.summary),
        rule.fix ? make("p", { class: "summary" }, make("b", {}, "Fix "), rule.fix) : "",
        rule.why && rule.why !== rule.summary ? make("p", { class: "summary why" }, rule.why) : "");
    }
    const claim = claimOf(finding), { unit } = finding;
    const title = claim ? claimName(claim) : unitName(unit);
    const facts = [];
    if (claim) facts.push(`number ${number(claim.index)}${files.length > 1 ? ` of ${files[finding.file]}` : ""}`);
    else if (files.length > 1) facts.push(files[finding.file]);
    if (claim && claim.charge) facts.push(Number.isFinite(Number(claim.charge)) ? dollars(claim.charge) : claim.charge);
    if (claim && claim.lines !== undefined) facts.push(counted(claim.lines, "service line", "service lines"));
    if (finding.payer) facts.push(finding.payer);
    return make("header", { class: "head" }, make("h2", {}, title), make("span", { class: "facts" }, facts.join(" · ")));
  }

  function append(limit) {
    const pieces = document.createDocumentFragment();
    for (const stop = Math.min(wanted.length, shown + limit); shown < stop; shown += 1) {
      const finding = wanted[shown], key = keyOf(finding);
      if (key !== groupKey) {
        groupKey = key;
        group = make("section", { class: "group" });
        const top = groupHead(finding);
        group.append(top);
        if (!asked.byRule && finding.unit) top.append(opener(finding.unit, group));
        pieces.append(group);
      }
      const card = findingCard(finding), open = group.querySelector(":scope > .panel");
      if (open) open.before(card);
      else group.append(card);
    }
    $("list").append(pieces);
    $("more").hidden = shown >= wanted.length;
    $("show-more").textContent = `Show more (${number(wanted.length - shown)})`;
  }

  function refresh() {
    wanted = findings.filter(matches);
    if (asked.byRule) {
      const order = new Map(sortedRules.map((row, at) => [row.id, at]));
      wanted.sort((a, b) => order.get(a.rule.id) - order.get(b.rule.id));
    } else if (wanted.length) {
      // Findings of one unit stay together, units in file order.
      const order = new Map();
      for (const finding of wanted) if (!order.has(keyOf(finding))) order.set(keyOf(finding), order.size);
      wanted.sort((a, b) => order.get(keyOf(a)) - order.get(keyOf(b)));
    }
    shown = 0;
    group = groupKey = null;
    $("list").replaceChildren();
    if (wanted.length) append(CHUNK);
    else {
      $("more").hidden = true;
      $("list").append(make("p", { class: "empty" }, findings.length ? "Nothing fits these filters." :
        summary.exit === 2 ? "Nothing was found in what could be read." : "Every claim passed. There is nothing to correct."));
    }
    $("count").textContent = wanted.length === findings.length ? `${counted(findings.length, "finding", "findings")}` :
      `${number(wanted.length)} of ${counted(findings.length, "finding", "findings")}`;
    $("clear").hidden = !isFiltered();
    $("rule").value = asked.rule;
    $("payer").value = asked.payer === null ? "" : `=${asked.payer}`;
    $("file").value = asked.file;
    for (const button of $("severities").children) button.setAttribute("aria-pressed", String(asked.severities.has(button.value)));
    $("by-claims").setAttribute("aria-pressed", String(!asked.byRule));
    $("by-rules").setAttribute("aria-pressed", String(asked.byRule));
    drawRules();
    drawPayers();
  }

  // -- controls -----------------------------------------------------------------------------------------

  function options(select, first, values) {
    select.append(make("option", { value: "" }, first), ...values.map(([value, label]) => make("option", { value }, label)));
  }

  const drawRules = chart($("by-rule"), sortedRules, (row) => asked.rule === row.id, (row) => {
    asked.rule = asked.rule === row.id ? "" : row.id;
    refresh();
  });
  const drawPayers = chart($("by-payer"), payerRows, (row) => asked.payer === row.key, (row) => {
    asked.payer = asked.payer === row.key ? null : row.key;
    refresh();
  });
  options($("rule"), "All rules", sortedRules.map((row) => [row.id, `${row.id} ${row.label} (${number(row.count)})`]));
  options($("payer"), "All payers", payerRows.map((row) => [`=${row.key}`, `${row.label} (${number(row.count)})`]));
  options($("file"), "All files", files.map((name, at) => [String(at), name]));
  $("file-label").hidden = files.length < 2;
  for (const severity of SEVERITIES) {
    const button = make("button", { type: "button", value: severity, class: severity, "aria-pressed": "true" },
      `${number(summary.findings[severity])} ${WORDS[severity][summary.findings[severity] === 1 ? 0 : 1]}`);
    button.addEventListener("click", () => {
      if (!asked.severities.delete(severity)) asked.severities.add(severity);
      refresh();
    });
    $("severities").append(button);
  }
  let waiting = 0;
  $("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      asked.words = $("search").value.trim().toLowerCase();
      refresh();
    }, findings.length > 2000 ? 150 : 0);
  });
  $("rule").addEventListener("change", () => { asked.rule = $("rule").value; refresh(); });
  $("payer").addEventListener("change", () => {
    asked.payer = $("payer").value ? $("payer").value.slice(1) : null;
    refresh();
  });
  $("file").addEventListener("change", () => { asked.file = $("file").value; refresh(); });
  $("clear").addEventListener("click", clearFilters);
  $("show-more").addEventListener("click", () => append(CHUNK));
  $("by-claims").addEventListener("click", () => { asked.byRule = false; refresh(); });
  $("by-rules").addEventListener("click", () => { asked.byRule = true; refresh(); });
  $("keys").addEventListener("click", () => {
    $("help").hidden = !$("help").hidden;
    $("keys").setAttribute("aria-expanded", String(!$("help").hidden));
  });
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && shown < wanted.length) append(CHUNK);
  }, { rootMargin: "1200px" }).observe($("more"));
  addEventListener("beforeprint", () => { if (shown < PRINTED) append(PRINTED - shown); });

  const THEMES = ["auto", "light", "dark"];
  let theme = "auto";
  try { theme = localStorage.getItem("edi-lint-theme") || "auto"; } catch { /* A page from disk may have no storage. */ }
  function setTheme(name) {
    theme = THEMES.includes(name) ? name : "auto";
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    $("theme").textContent = `Theme: ${theme}`;
    $("theme").setAttribute("aria-label", `Colour theme: ${theme === "auto" ? "as the system" : theme}`);
    try { localStorage.setItem("edi-lint-theme", theme); } catch { /* Then it lasts as long as the page. */ }
  }
  $("theme").addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]));
  setTheme(theme);

  // -- keys ---------------------------------------------------------------------------------------------

  function step(by) {
    const cards = [...document.querySelectorAll(".finding")];
    const at = cards.indexOf(document.activeElement && document.activeElement.closest(".finding"));
    if (by > 0 && at === cards.length - 1 && shown < wanted.length) {
      append(CHUNK);
      step(by);
      return;
    }
    const next = cards[at < 0 ? 0 : Math.max(0, Math.min(cards.length - 1, at + by))];
    if (next) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "center" });
    }
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      if (isFiltered()) clearFilters();
    } else if (typing) return;
    else if (event.key === "/") {
      event.preventDefault();
      $("search").focus();
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "g") { asked.byRule = !asked.byRule; refresh(); }
    else if (event.key === "?") $("keys").click();
    else if (event.key === "Enter" && event.target.classList.contains("finding")) {
      const button = event.target.querySelector(":scope > .what > .open") || event.target.parentElement.querySelector(".head .open");
      if (button) button.click();
    }
  });

  if (!total) document.querySelectorAll(".charts, .tools").forEach((part) => { part.hidden = true; });
  head();
  refresh();
  document.documentElement.dataset.ready = "true";
})();
