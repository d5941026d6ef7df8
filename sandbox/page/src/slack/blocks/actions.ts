import { createContext } from "react";
import type { Element } from "../../types";

/** What a person chose: the text, an option's value, or several values. */
export type Given = string | string[];

export interface Actions {
  /** Which element is under way, as `blockId/actionId/value`. */
  busy: string | null;
  act: (blockId: string, element: Element, given?: Given) => void;
  /** Where the elements stand; in a modal they keep what was typed. */
  form: Form | null;
}

export interface Form {
  value: (blockId: string, element: Element) => Given | undefined;
  change: (blockId: string, element: Element, given: Given, typing?: boolean) => void;
  /** Enter was pressed; true when that tells the desk something, false when it submits. */
  enter: (blockId: string, element: Element) => boolean;
  error: (blockId: string) => string | undefined;
}

export const ActionsContext = createContext<Actions>({ busy: null, act: () => undefined, form: null });

export const keyOf = (blockId: string, element: Element): string => `${blockId}/${element.action_id ?? ""}`;
export const busyKey = (blockId: string, element: Element): string =>
  `${keyOf(blockId, element)}/${element.value ?? ""}`;
