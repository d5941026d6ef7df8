import { useId, useRef } from "react";
import { createPortal } from "react-dom";
import type { Confirm } from "../../types";
import { useDialogFocus } from "../../ui/useDialogFocus";
import { Text, words } from "./Rich";

interface Props {
  confirm: Confirm;
  onConfirm: () => void;
  onDeny: () => void;
  /** Covers the whole page, not Slack alone. */
  whole?: boolean;
}

/** The question that Slack puts before an action is sent. */
export function ConfirmDialog({ confirm, onConfirm, onDeny, whole = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const title = useId();
  useDialogFocus(box, onDeny);
  const host = (!whole && document.getElementById("slack-overlays")) || document.body;
  return createPortal(
    <div className={whole ? "overlay overlay--whole" : "overlay"}>
      <div ref={box} className="dialog dialog--small" role="alertdialog" aria-labelledby={title} tabIndex={-1}>
        <header className="dialog__head">
          <h2 id={title}>{words(confirm.title)}</h2>
        </header>
        <div className="dialog__body">
          <Text text={confirm.text} />
        </div>
        <footer className="dialog__foot">
          <button type="button" className="bk-button" onClick={onDeny}>
            {words(confirm.deny)}
          </button>
          <button
            type="button"
            className={`bk-button bk-button--${confirm.style === "danger" ? "danger" : "primary"}`}
            onClick={onConfirm}
          >
            {words(confirm.confirm)}
          </button>
        </footer>
      </div>
    </div>,
    host,
  );
}
