import { useEffect, useMemo } from "react";
import { reason } from "../api";
import type { Element, View } from "../types";
import { useToast } from "../ui/Toasts";
import { type Actions, ActionsContext, type Given } from "./blocks/actions";
import { Blocks } from "./blocks/Blocks";
import { useSender } from "./Sender";

/** The App Home of the acting person; opening it tells the desk. */
export function Home({ view }: { view: View | null }) {
  const { user, send } = useSender();
  const say = useToast();
  useEffect(() => {
    send("home", {}).catch((error: unknown) => say("error", reason(error)));
  }, [user, send, say]);

  const id = view?.id;
  const actions = useMemo<Actions>(
    () => ({
      busy: null,
      form: null,
      act: (blockId: string, element: Element, given?: Given) => {
        const chosen = given === undefined ? {} : { value: given };
        send("view_action", { view_id: id, block_id: blockId, action_id: element.action_id, ...chosen }).catch(
          (error: unknown) => say("error", reason(error)),
        );
      },
    }),
    [id, send, say],
  );

  return (
    <section className="room-pane" aria-label="mentiondesk Home">
      <header className="pane-head">
        <h2>mentiondesk Home</h2>
      </header>
      <div className="list__scroll">
        <div className="home">
          {view ? (
            <ActionsContext.Provider value={actions}>
              <Blocks blocks={view.blocks} />
            </ActionsContext.Provider>
          ) : (
            <p className="empty">The desk has put nothing here yet.</p>
          )}
        </div>
      </div>
    </section>
  );
}
