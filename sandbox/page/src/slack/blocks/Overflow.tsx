import { useContext, useEffect, useRef, useState } from "react";
import { LinkContext } from "../../ui/links";
import type { Element, Option } from "../../types";
import { ActionsContext, keyOf } from "./actions";
import { ConfirmDialog } from "./ConfirmDialog";
import { Plain } from "./Rich";

/** The menu behind three dots. */
export function Overflow({ element, blockId }: { element: Element; blockId: string }) {
  const { busy, act } = useContext(ActionsContext);
  const openLink = useContext(LinkContext);
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState<Option | null>(null);
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const away = (event: MouseEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("mousedown", away);
    return () => document.removeEventListener("mousedown", away);
  }, [open]);

  const choose = (option: Option) => {
    setAsking(null);
    if (option.url) openLink(option.url);
    act(blockId, element, option.value);
  };
  const move = (event: React.KeyboardEvent) => {
    if (event.key === "Escape") setOpen(false);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const items = [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items.at((at + (event.key === "ArrowDown" ? 1 : -1)) % items.length)?.focus();
  };

  return (
    <div className="overflow" ref={root} onKeyDown={move}>
      <button
        type="button"
        className="bk-button bk-button--dots"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-busy={busy?.startsWith(keyOf(blockId, element)) || undefined}
        onClick={() => setOpen(!open)}
      >
        ⋯
      </button>
      {open && (
        <div className="menu overflow__menu" role="menu">
          {(element.options ?? []).map((option) => (
            <button
              key={option.value}
              type="button"
              role="menuitem"
              className="menu__item"
              onClick={() => {
                setOpen(false);
                if (element.confirm) setAsking(option);
                else choose(option);
              }}
            >
              <Plain text={option.text.text} />
            </button>
          ))}
        </div>
      )}
      {asking && element.confirm && (
        <ConfirmDialog confirm={element.confirm} onConfirm={() => choose(asking)} onDeny={() => setAsking(null)} />
      )}
    </div>
  );
}
