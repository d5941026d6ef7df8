import { useContext, useState } from "react";
import { LinkContext } from "../../ui/links";
import type { Element } from "../../types";
import { ActionsContext, busyKey } from "./actions";
import { ConfirmDialog } from "./ConfirmDialog";
import { Plain, words } from "./Rich";

/** A button of a message or a modal: asks first when it must, shows that it is under way, names where it leads. */
export function ActionButton({ element, blockId }: { element: Element; blockId: string }) {
  const { busy, act } = useContext(ActionsContext);
  const open = useContext(LinkContext);
  const [asking, setAsking] = useState(false);
  const underWay = busy === busyKey(blockId, element);

  const press = () => {
    setAsking(false);
    if (element.url) open(element.url);
    act(blockId, element);
  };

  return (
    <>
      <button
        type="button"
        className={`bk-button ${element.style ? `bk-button--${element.style}` : ""}`}
        aria-label={element.accessibility_label}
        aria-busy={underWay || undefined}
        disabled={underWay}
        title={element.url}
        onClick={() => (element.confirm ? setAsking(true) : press())}
      >
        <span className="bk-button__label">
          <Plain text={words(element.text)} />
        </span>
        {underWay && <span className="spinner" aria-hidden="true" />}
      </button>
      {asking && element.confirm && (
        <ConfirmDialog confirm={element.confirm} onConfirm={press} onDeny={() => setAsking(false)} />
      )}
    </>
  );
}
