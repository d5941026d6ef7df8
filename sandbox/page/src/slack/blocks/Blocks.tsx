import { memo, useId, useContext } from "react";
import type { Block, Element, TextObject } from "../../types";
import { ActionsContext } from "./actions";
import { ActionButton } from "./Button";
import { Field, isGroup } from "./Field";
import { Overflow } from "./Overflow";
import { Library, Plain, Text, words } from "./Rich";

function Interactive({ element, blockId }: { element: Element; blockId: string }) {
  if (element.type === "button" || element.type === "workflow_button") {
    return <ActionButton element={element} blockId={blockId} />;
  }
  if (element.type === "overflow") return <Overflow element={element} blockId={blockId} />;
  if (element.type === "image") {
    return <img className="bk-thumb" src={element.image_url} alt={element.alt_text ?? ""} />;
  }
  return <Field element={element} blockId={blockId} />;
}

function Section({ block, blockId }: { block: Block; blockId: string }) {
  return (
    <div className="bk-section">
      <div className="bk-section__main">
        {block.text && <Text text={block.text} />}
        {block.fields && (
          <div className="bk-fields">
            {block.fields.map((field, number) => (
              <div key={number}>
                <Text text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory && <Interactive element={block.accessory} blockId={blockId} />}
    </div>
  );
}

function Context({ block }: { block: Block }) {
  return (
    <div className="bk-context">
      {(block.elements ?? []).map((element, number) =>
        element.type === "image" ? (
          <img key={number} className="bk-context__image" src={element.image_url} alt={element.alt_text ?? ""} />
        ) : (
          <div key={number} className="bk-context__text">
            <Text text={element as unknown as TextObject} />
          </div>
        ),
      )}
    </div>
  );
}

function Input({ block, blockId }: { block: Block; blockId: string }) {
  const { form } = useContext(ActionsContext);
  const id = useId();
  const element = block.element;
  if (!element) return null;
  const error = form?.error(blockId);
  const grouped = isGroup(element);
  const Label = grouped ? "span" : "label";
  const label = words(block.label);
  const described = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={error ? "bk-input bk-input--wrong" : "bk-input"}>
      <Label className="bk-input__label" htmlFor={grouped ? undefined : id}>
        <Plain text={label} />
        {block.optional && <span className="bk-input__optional"> (optional)</span>}
      </Label>
      <Field
        element={element}
        blockId={blockId}
        id={grouped ? undefined : id}
        label={label}
        describedBy={described}
        invalid={Boolean(error)}
      />
      {error && (
        <p id={`${id}-error`} className="bk-input__error" role="alert">
          {error}
        </p>
      )}
      {block.hint && (
        <p id={`${id}-hint`} className="bk-input__hint">
          <Plain text={words(block.hint)} />
        </p>
      )}
    </div>
  );
}

function One({ block, blockId }: { block: Block; blockId: string }) {
  switch (block.type) {
    case "actions":
      return (
        <div className="bk-actions">
          {(block.elements ?? []).map((element, number) => (
            <Interactive key={element.action_id ?? number} element={element} blockId={blockId} />
          ))}
        </div>
      );
    case "section":
      return <Section block={block} blockId={blockId} />;
    case "context":
      return <Context block={block} />;
    case "input":
      return <Input block={block} blockId={blockId} />;
    case "header":
      return (
        <h3 className="bk-header">
          <Plain text={words(block.text)} />
        </h3>
      );
    default:
      return <Library block={block} />;
  }
}

/** The blocks of a message, a modal or the App Home. */
export const Blocks = memo(function Blocks({ blocks }: { blocks: Block[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, number) => {
        const blockId = block.block_id ?? String(number);
        return <One key={`${blockId}:${block.type}`} block={block} blockId={blockId} />;
      })}
    </div>
  );
});
