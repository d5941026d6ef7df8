import type { Element, Option, View } from "../../types";
import type { Given } from "../blocks/actions";
import { localMoment } from "../blocks/initial";

/** A value as the control API takes it: a moment goes as seconds. */
export function sent(element: Element, given: Given): Given {
  if (element.type !== "datetimepicker" || Array.isArray(given) || given === "") return given;
  return String(Math.floor(new Date(given).getTime() / 1000));
}

const ONE = ["value", "selected_date", "selected_time", "selected_user", "selected_channel", "selected_conversation"];
const SEVERAL = ["selected_users", "selected_channels", "selected_conversations"];

/** What Slack's side remembers of an input, from `state.values`: a page that was loaded anew goes on from there. */
export function held(view: View, blockId: string, element: Element): Given | undefined {
  const values = view.values as Record<string, Record<string, Record<string, unknown>>> | null | undefined;
  const state = values?.[blockId]?.[element.action_id ?? ""];
  if (!state) return undefined;
  if (typeof state["selected_date_time"] === "number") return localMoment(state["selected_date_time"]);
  const option = state["selected_option"] as Option | null | undefined;
  if (option) return option.value;
  if (Array.isArray(state["selected_options"]))
    return (state["selected_options"] as Option[]).map(({ value }) => value);
  for (const key of SEVERAL) if (Array.isArray(state[key])) return state[key] as string[];
  for (const key of ONE) if (typeof state[key] === "string") return state[key] as string;
  return undefined;
}
