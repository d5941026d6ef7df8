import { type KeyboardEvent, useContext } from "react";
import type { Element } from "../../types";
import { ActionsContext } from "./actions";
import { words } from "./Rich";

interface Props {
  element: Element;
  blockId: string;
  named: Record<string, string | boolean | undefined>;
  value: string;
  onType: (text: string) => void;
}

const KINDS: Record<string, string> = { number_input: "number", email_text_input: "email", url_text_input: "url" };

/** A line or a box to type in; counts down when it is nearly full. */
export function TextInput({ element, blockId, named, value, onType }: Props) {
  const { form } = useContext(ActionsContext);
  const limit = element.max_length;
  const shared = {
    ...named,
    className: "field",
    value,
    placeholder: words(element.placeholder) || undefined,
    "data-autofocus": element.focus_on_load || undefined,
    onKeyDown: (event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
      if (element.multiline && !event.metaKey && !event.ctrlKey) return;
      if (form?.enter(blockId, element)) event.preventDefault();
      else if (element.multiline) event.currentTarget.form?.requestSubmit();
    },
  };
  return (
    <>
      {element.multiline ? (
        <textarea {...shared} rows={4} dir="auto" onChange={(event) => onType(event.target.value)} />
      ) : (
        <input
          {...shared}
          type={KINDS[element.type] ?? "text"}
          dir="auto"
          onChange={(event) => onType(event.target.value)}
        />
      )}
      {limit !== undefined && value.length > limit * 0.8 && (
        <span className={value.length > limit ? "field__left field__left--over" : "field__left"}>
          {limit - value.length}
        </span>
      )}
    </>
  );
}
