import type { Element, Option } from "../../types";
import type { Given } from "./actions";
import { words } from "./Rich";

interface Props {
  element: Element;
  named: Record<string, string | boolean | undefined>;
  options: { label?: string; options: Option[] }[];
  value: Given;
  onChoose: (given: Given) => void;
}

/** One of a list, as the browser's own control: reachable by keyboard and by every reader. */
export function Select({ element, named, options, value, onChoose }: Props) {
  const items = options.map(({ label, options: choices }) => {
    const all = choices.map((option) => (
      <option key={option.value} value={option.value}>
        {option.text.text}
      </option>
    ));
    return label ? (
      <optgroup key={label} label={label}>
        {all}
      </optgroup>
    ) : (
      all
    );
  });
  return (
    <select
      {...named}
      className="field field--select"
      value={Array.isArray(value) ? (value[0] ?? "") : value}
      data-autofocus={element.focus_on_load || undefined}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">{words(element.placeholder) || "Choose an option"}</option>
      {items}
    </select>
  );
}
