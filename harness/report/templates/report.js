"use strict";
/* Finds requirements on this page: it hides and shows what is there, and adds nothing to it. */
(() => {
  const bar = document.getElementById("filter");
  const words = bar.querySelector("input[type=search]");
  const part = bar.querySelector("select");
  const boxes = [...bar.querySelectorAll("input[type=checkbox]")];
  const said = bar.querySelector("output");
  const groups = [...document.querySelectorAll("[data-part]")];
  const rows = [...document.querySelectorAll("details[data-verdict]")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    parts: groups.filter((group) => group.contains(row)).map((group) => group.dataset.part),
  }));

  const apply = () => {
    const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const wanted = words.value.toLowerCase().split(/ +/).filter(Boolean);
    let shown = 0;
    for (const { row, text, parts } of rows) {
      const fits =
        verdicts.has(row.dataset.verdict) &&
        (part.value === "" || parts.includes(part.value)) &&
        wanted.every((word) => text.includes(word));
      row.classList.toggle("out", !fits);
      shown += fits;
    }
    for (const group of groups) {
      group.classList.toggle("out", !group.querySelector("details[data-verdict]:not(.out)"));
    }
    said.textContent = `${shown} of ${rows.length} requirements shown`;
  };

  const reset = () => {
    for (const box of boxes) box.checked = true;
    words.value = part.value = "";
    apply();
  };

  const arrive = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.closest(".out")) reset();
    const row = target.closest("details");
    if (row) {
      row.open = true;
      target.scrollIntoView();
    }
  };

  const openAll = (open) => {
    for (const { row } of rows) row.open = open && !row.classList.contains("out");
  };

  bar.addEventListener("input", apply);
  bar.querySelector("[data-do=reset]").addEventListener("click", reset);
  bar.querySelector("[data-do=open]").addEventListener("click", () => openAll(true));
  bar.querySelector("[data-do=close]").addEventListener("click", () => openAll(false));
  for (const link of document.querySelectorAll("a[data-show]")) {
    link.addEventListener("click", () => {
      reset();
      for (const box of boxes) box.checked = box.value === link.dataset.show;
      part.value = link.hash.slice(1);
      apply();
    });
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
  addEventListener("hashchange", arrive);
  for (const each of document.querySelectorAll(".scripted")) each.hidden = false;
  apply();
  arrive();
})();
