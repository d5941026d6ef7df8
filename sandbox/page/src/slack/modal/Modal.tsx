import { useId, useRef } from "react";
import type { View } from "../../types";
import { Icon } from "../../ui/Icon";
import { useDialogFocus } from "../../ui/useDialogFocus";
import { ActionsContext } from "../blocks/actions";
import { Blocks } from "../blocks/Blocks";
import { words } from "../blocks/Rich";
import { useForm } from "./useForm";

/** A modal over Slack only: customers go on writing on X meanwhile. */
export function Modal({ view, deep, covered }: { view: View; deep: boolean; covered: boolean }) {
  const { actions, submitting, submit, close } = useForm(view);
  const box = useRef<HTMLDivElement>(null);
  const title = useId();
  useDialogFocus(box, () => void close());
  const submitLabel = words(view.submit);
  return (
    <div className="overlay" hidden={covered}>
      <div ref={box} className="dialog" role="dialog" aria-labelledby={title} tabIndex={-1}>
        <header className="dialog__head">
          <h2 id={title}>{words(view.title)}</h2>
          <button type="button" className="icon-button" aria-label="Close dialog" onClick={() => void close()}>
            <Icon name="close" />
          </button>
        </header>
        <form
          className="dialog__form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <div className="dialog__body">
            <ActionsContext.Provider value={actions}>
              <Blocks blocks={view.blocks} />
            </ActionsContext.Provider>
          </div>
          <footer className="dialog__foot">
            <button type="button" className="bk-button" onClick={() => void close()}>
              {words(view.close) || (deep ? "Back" : "Cancel")}
            </button>
            {submitLabel && (
              <button
                type="submit"
                className="bk-button bk-button--primary"
                disabled={submitting}
                aria-busy={submitting || undefined}
              >
                <span className="bk-button__label">{submitLabel}</span>
                {submitting && <span className="spinner" aria-hidden="true" />}
              </button>
            )}
          </footer>
        </form>
      </div>
    </div>
  );
}
