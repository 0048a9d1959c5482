/* The list under the search field: arrows choose, Enter takes, Escape closes (WAI-ARIA combobox, list autocomplete).
   The names come from the server by htmx. Without this script the field is a plain search field. */
(() => {
  "use strict";
  const field = document.querySelector("[data-suggests]");
  const list = document.getElementById("suggestions");
  const status = document.getElementById("suggestions-status");
  if (!field || !list || !window.htmx) return;

  const options = () => [...list.children];
  let chosen = -1;

  const choose = (place) => {
    chosen = place;
    options().forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", options()[place].id);
      options()[place].scrollIntoView({ block: "nearest" });
    }
  };
  const show = (isShown) => {
    list.hidden = !isShown;
    field.setAttribute("aria-expanded", String(isShown));
    choose(-1);
  };
  const take = (option) => {
    field.value = option.textContent.trim();
    show(false);
    field.form.requestSubmit();
  };

  field.type = "text";
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  show(false);

  field.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.isComposing || list.hidden || !count) return;
    if (event.key === "ArrowDown") choose(chosen + 1 < count ? chosen + 1 : -1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? count - 1 : chosen - 1);
    else if (event.key === "Escape") show(false);
    else if (event.key === "Enter" && chosen >= 0) take(options()[chosen]);
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) take(option);
  });
  list.addEventListener("htmx:afterSwap", () => {
    const count = options().length;
    show(count > 0 && document.activeElement === field);
    status.textContent = list.hidden ? "" : `有 ${count} 条建议，用上下键选择。`;
  });
})();
