import { type KeyboardEvent, useRef } from "react";
import { Icon } from "../ui/Icon";

interface Props {
  text: string;
  unsaved: boolean;
  busy: boolean;
  onType: (text: string) => void;
  onSave: () => void;
  onRevert: () => void;
  onClose: () => void;
}

/** The desk's playbook as its file, with the numbers of its lines: what is wrong with it is told by line. */
export function PlaybookDrawer({ text, unsaved, busy, onType, onSave, onRevert, onClose }: Props) {
  const numbers = useRef<HTMLPreElement>(null);
  const lines = text.split("\n").length;
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (unsaved && !busy) onSave();
    }
  };
  return (
    <aside className="drawer" role="dialog" aria-label="Playbook of the desk" onKeyDown={onKey}>
      <header className="drawer__head">
        <h2>Playbook of the desk</h2>
        <span className="pane-head__more">desk.yaml</span>
        <button type="button" className="icon-button" aria-label="Close the playbook" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="yaml">
        <pre ref={numbers} className="yaml__lines" aria-hidden="true">
          {Array.from({ length: lines }, (_, number) => number + 1).join("\n")}
        </pre>
        <textarea
          aria-label="Playbook as YAML"
          autoFocus
          autoCapitalize="off"
          spellCheck={false}
          wrap="off"
          dir="ltr"
          value={text}
          onChange={(event) => onType(event.target.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
        />
      </div>
      <footer className="drawer__foot">
        <p>The desk follows within seconds. If something is wrong, it keeps the last good version and tells #desk-admin.</p>
        <button type="button" className="bk-button" disabled={!unsaved || busy} onClick={onRevert}>
          Revert
        </button>
        <button
          type="button"
          className="bk-button bk-button--primary"
          disabled={!unsaved || busy}
          aria-busy={busy || undefined}
          onClick={onSave}
        >
          Save
        </button>
      </footer>
    </aside>
  );
}
