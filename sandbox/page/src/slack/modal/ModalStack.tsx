import type { View } from "../../types";
import { Modal } from "./Modal";

/** The acting person's open modals: the topmost is in sight, those below keep what was typed in them. */
export function ModalStack({ views }: { views: View[] }) {
  const modals = views.filter((view) => view.type !== "home");
  return modals.map((view, depth) => (
    <Modal key={view.id} view={view} deep={depth > 0} covered={depth < modals.length - 1} />
  ));
}
