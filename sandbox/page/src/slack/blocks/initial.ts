import type { Element } from "../../types";
import type { Given } from "./actions";

const pad = (value: number): string => String(value).padStart(2, "0");

/** `datetime-local`'s way of writing Slack's seconds. */
export function localMoment(seconds: number): string {
  const at = new Date(seconds * 1000);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** What an element holds before anyone touched it. */
export function initial(element: Element): Given {
  const { initial_options: options, initial_users: users } = element;
  if (element.type.startsWith("multi_") || element.type === "checkboxes") {
    return users ?? options?.map((option) => option.value) ?? [];
  }
  if (element.initial_date_time !== undefined) return localMoment(element.initial_date_time);
  return (
    element.initial_value ??
    element.initial_option?.value ??
    element.initial_date ??
    element.initial_time ??
    element.initial_user ??
    element.initial_channel ??
    element.initial_conversation ??
    ""
  );
}
