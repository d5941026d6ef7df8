import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { reason } from "../../api";
import type { Block, Element, View } from "../../types";
import { useToast } from "../../ui/Toasts";
import { type Actions, busyKey, type Form, type Given, keyOf } from "../blocks/actions";
import { initial } from "../blocks/initial";
import { held, sent } from "./values";
import { useSender } from "../Sender";

const TYPING_MS = 300;

const dispatches = (view: View, blockId: string): Block | undefined =>
  view.blocks.find((block) => block.block_id === blockId && block.type === "input" && block.dispatch_action);

/** What a submission holds: every input of the view as it now stands. */
function everything(view: View, typed: Record<string, Given>): Record<string, Given> {
  const values: Record<string, Given> = {};
  for (const [number, block] of view.blocks.entries()) {
    const blockId = block.block_id ?? String(number);
    const elements = block.type === "input" ? [block.element] : [];
    for (const element of elements) {
      if (!element) continue;
      const key = keyOf(blockId, element);
      values[key] = sent(element, typed[key] ?? held(view, blockId, element) ?? initial(element));
    }
  }
  return values;
}

/** What is wrong with an input is no longer said once somebody mends it. */
function without(errors: Record<string, string>, blockId: string): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter(([id]) => id !== blockId));
}

interface ModalForm {
  actions: Actions;
  submitting: boolean;
  submit: () => Promise<void>;
  close: () => Promise<void>;
}

/** One modal: what was typed in it, what it tells the desk while it is open, and its end. */
export function useForm(view: View): ModalForm {
  const { send } = useSender();
  const say = useToast();
  const [typed, setTyped] = useState<Record<string, Given>>({});
  const [errors, setErrors] = useState<Record<string, string> | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [submitting, setSubmitting] = useState(false);
  const timers = useRef(new Map<string, number>());
  const latest = useRef(view);
  latest.current = view;

  const stopTyping = useCallback(() => {
    for (const timer of timers.current.values()) window.clearTimeout(timer);
    timers.current.clear();
  }, []);
  useEffect(() => stopTyping, [stopTyping]);

  const tell = useCallback(
    async (blockId: string, element: Element, given?: Given) => {
      setBusy(busyKey(blockId, element));
      const value = given === undefined ? element.value : sent(element, given);
      const chosen = value === undefined ? {} : { value };
      try {
        const { id } = latest.current;
        await send("view_action", { view_id: id, block_id: blockId, action_id: element.action_id, ...chosen });
      } catch (error) {
        say("error", reason(error));
      } finally {
        setBusy(null);
      }
    },
    [send, say],
  );

  const form = useMemo<Form>(
    () => ({
      value: (blockId, element) => typed[keyOf(blockId, element)] ?? held(view, blockId, element),
      error: (blockId) => (errors ?? view.errors ?? {})[blockId],
      change: (blockId, element, given, typing = false) => {
        const key = keyOf(blockId, element);
        setTyped((before) => ({ ...before, [key]: given }));
        setErrors((before) => without(before ?? view.errors ?? {}, blockId));
        const block = dispatches(view, blockId);
        const inInput = view.blocks.some((one) => one.block_id === blockId && one.type === "input");
        if (inInput && !block) return;
        if (!typing) {
          void tell(blockId, element, given);
        } else if (element.dispatch_action_config?.trigger_actions_on?.includes("on_character_entered")) {
          window.clearTimeout(timers.current.get(key));
          timers.current.set(
            key,
            window.setTimeout(() => void tell(blockId, element, given), TYPING_MS),
          );
        }
      },
      enter: (blockId, element) => {
        const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
        if (!dispatches(view, blockId) || !when.includes("on_enter_pressed")) return false;
        void tell(blockId, element, typed[keyOf(blockId, element)] ?? held(view, blockId, element) ?? initial(element));
        return true;
      },
    }),
    [typed, errors, view, tell],
  );

  const submit = useCallback(async () => {
    stopTyping();
    setSubmitting(true);
    setErrors(null);
    try {
      const values = everything(latest.current, typed);
      const answer = await send("submit", { view_id: latest.current.id, values });
      setErrors(answer.errors ?? null);
    } catch (error) {
      say("error", reason(error));
    } finally {
      setSubmitting(false);
    }
  }, [typed, send, say, stopTyping]);

  const close = useCallback(async () => {
    stopTyping();
    try {
      await send("close", { view_id: latest.current.id });
    } catch (error) {
      say("error", reason(error));
    }
  }, [send, say, stopTyping]);

  const actions = useMemo<Actions>(() => ({ busy, act: (...given) => void tell(...given), form }), [busy, tell, form]);
  return { actions, submitting, submit, close };
}
