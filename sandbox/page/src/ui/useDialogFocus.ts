import { type RefObject, useEffect, useRef } from "react";

const FOCUSABLE = "input, textarea, select, button:not([disabled]), a[href]";

/** Moves the focus into a dialog when it opens, keeps Tab inside it, closes it on Escape, and gives the focus back. */
export function useDialogFocus(box: RefObject<HTMLElement | null>, onEscape: () => void): void {
  const escape = useRef(onEscape);
  escape.current = onEscape;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const before = document.activeElement;
    // Somebody writing on X at this moment goes on writing.
    if (!before?.matches(".x-pane textarea")) {
      (element.querySelector<HTMLElement>("[data-autofocus]") ?? first(element)).focus();
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        escape.current();
      } else if (event.key === "Tab") {
        keepInside(element, event);
      }
    };
    element.addEventListener("keydown", onKey);
    return () => {
      element.removeEventListener("keydown", onKey);
      const idle = document.activeElement === null || document.activeElement === document.body;
      if (idle && before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [box]);
}

function first(element: HTMLElement): HTMLElement {
  return element.querySelector<HTMLElement>(`.dialog__body :is(${FOCUSABLE})`) ?? element;
}

function keepInside(element: HTMLElement, event: KeyboardEvent): void {
  const all = [...element.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((item) => item.offsetParent !== null);
  const [start, end] = [all[0], all.at(-1)];
  if (!start || !end) return;
  const at = document.activeElement;
  if (event.shiftKey && (at === start || at === element)) {
    event.preventDefault();
    end.focus();
  } else if (!event.shiftKey && at === end) {
    event.preventDefault();
    start.focus();
  }
}
