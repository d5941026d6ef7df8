import type { Element, Option } from "../../types";
import type { Given } from "./actions";
import { Text } from "./Rich";

interface Props {
  element: Element;
  options: Option[];
  named: Record<string, string | boolean | undefined>;
  name: string;
  value: Given;
  onChoose: (given: Given) => void;
}

/** Radio buttons or checkboxes; a menu of several is shown as checkboxes too, all in sight. */
export function Choices({ element, options, named, name, value, onChoose }: Props) {
  const several = element.type !== "radio_buttons";
  const chosen = Array.isArray(value) ? value : [value];
  const toggle = (option: string) => {
    if (!several) onChoose(option);
    else onChoose(chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option]);
  };
  return (
    <div
      {...named}
      className={element.type.startsWith("multi_") ? "choices choices--menu" : "choices"}
      role={several ? "group" : "radiogroup"}
    >
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input
            type={several ? "checkbox" : "radio"}
            name={name}
            checked={chosen.includes(option.value)}
            onChange={() => toggle(option.value)}
          />
          <span>
            <Text text={option.text} />
            {option.description && (
              <span className="choice__more">
                <Text text={option.description} />
              </span>
            )}
          </span>
        </label>
      ))}
    </div>
  );
}
