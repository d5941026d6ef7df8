import type { Element } from "../../types";
import type { Given } from "./actions";
import { Text } from "./Rich";

interface Props {
  element: Element;
  named: Record<string, string | boolean | undefined>;
  name: string;
  value: Given;
  onChoose: (given: Given) => void;
}

/** Radio buttons or checkboxes. */
export function Choices({ element, named, name, value, onChoose }: Props) {
  const several = element.type === "checkboxes";
  const chosen = Array.isArray(value) ? value : [value];
  const toggle = (option: string) => {
    if (!several) onChoose(option);
    else onChoose(chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option]);
  };
  return (
    <div {...named} className="choices" role={several ? "group" : "radiogroup"}>
      {(element.options ?? []).map((option) => (
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
