"use strict";
/* Keys: 1 to 9 choose, Ctrl+Enter saves. The page works without this. */
document.addEventListener("keydown", (event) => {
  const form = document.querySelector("form");
  if (!form || event.altKey || event.metaKey) return;
  if (event.key === "Enter" && event.ctrlKey) {
    form.requestSubmit(form.querySelector("button[value=save]"));
    return;
  }
  const place = document.activeElement;
  const types = place.matches("textarea, input:not([type=radio])");
  const choice = form.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
  if (!types && !event.ctrlKey && choice) {
    choice.checked = true;
    choice.focus();
  }
});
