import { useContext, useState } from "react";
import type { Element, Option } from "../../types";
import { usePeople } from "../People";
import { ActionsContext, type Given, keyOf } from "./actions";
import { Choices } from "./Choices";
import { initial } from "./initial";
import { words } from "./Rich";
import { Select } from "./Select";
import { TextInput } from "./TextInput";

export interface FieldProps {
  element: Element;
  blockId: string;
  /** The accessible name; the label of an input block has `id`. */
  label?: string;
  id?: string;
  describedBy?: string;
  invalid?: boolean;
}

const NATIVE: Record<string, string> = {
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

/** Several controls under one label, rather than one. */
export const isGroup = ({ type }: Element): boolean =>
  type === "radio_buttons" || type === "checkboxes" || type.startsWith("multi_");

/** An element that takes something from a person: typed, chosen or ticked. */
export function Field(props: FieldProps) {
  const { element, blockId, id } = props;
  const { act, form } = useContext(ActionsContext);
  const people = usePeople();
  const [chosen, setChosen] = useState<Given | null>(null);
  const value = (form ? form.value(blockId, element) : chosen) ?? initial(element);
  const give = (given: Given, typing = false) => {
    if (form) {
      form.change(blockId, element, given, typing);
    } else {
      setChosen(given);
      act(blockId, element, given);
    }
  };
  const named = {
    id,
    "aria-label": id ? undefined : (props.label ?? (words(element.placeholder) || element.action_id)),
    "aria-describedby": props.describedBy,
    "aria-invalid": props.invalid || undefined,
  };

  if (/_(text_)?input$/.test(element.type)) {
    return (
      <TextInput
        element={element}
        blockId={blockId}
        named={named}
        value={one(value)}
        onType={(text) => give(text, true)}
      />
    );
  }
  const native = NATIVE[element.type];
  if (native) {
    return (
      <input
        {...named}
        className="field"
        type={native}
        value={one(value)}
        data-autofocus={element.focus_on_load || undefined}
        onChange={(event) => give(event.target.value)}
      />
    );
  }
  const options = optionsFor(element, people);
  const shared = { element, named, value, onChoose: give };
  if (isGroup(element)) {
    return <Choices {...shared} options={options.flatMap((group) => group.options)} name={keyOf(blockId, element)} />;
  }
  return <Select {...shared} options={options} />;
}

const one = (value: Given): string => (Array.isArray(value) ? (value[0] ?? "") : value);

function optionsFor(element: Element, people: ReturnType<typeof usePeople>): { label?: string; options: Option[] }[] {
  const option = (text: string, value: string): Option => ({ text: { type: "plain_text", text }, value });
  if (element.type.endsWith("users_select")) {
    return [
      {
        options: people.all.filter((user) => !user.is_bot).map((user) => option(user.real_name || user.name, user.id)),
      },
    ];
  }
  if (/(channels|conversations)_select$/.test(element.type)) {
    return [{ options: people.channels.map(({ id, name }) => option(`#${name}`, id)) }];
  }
  if (element.option_groups) {
    return element.option_groups.map((group) => ({ label: group.label.text, options: group.options }));
  }
  return [{ options: element.options ?? [] }];
}
