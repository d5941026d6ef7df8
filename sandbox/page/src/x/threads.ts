import type { Post } from "../types";

export interface Branch {
  post: Post;
  replies: Branch[];
}

/** Ids of X grow with time and are too long for a number. */
const older = (a: string, b: string): number => {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
};

/** The id of the newest version, by the id of any version. */
export const newestIds = (posts: Post[]): Map<string, string> =>
  new Map(posts.flatMap((post) => [post.id, ...post.edits.map((one) => one.id)].map((id) => [id, post.id] as const)));

/** When X first had the post: an edit brings a new id, not a new place. */
const firstId = (post: Post): string => post.edits[0]?.id ?? post.id;

/** Posts as conversations, the newest conversation first, replies in order under what they answer. */
export function threads(posts: Post[]): Branch[] {
  const branches = new Map(posts.map((post) => [post.id, { post, replies: [] as Branch[] }]));
  const newest = newestIds(posts);
  const roots: Branch[] = [];
  for (const branch of [...branches.values()].sort((a, b) => older(firstId(a.post), firstId(b.post)))) {
    const parent = branches.get(newest.get(branch.post.in_reply_to ?? "") ?? "");
    if (parent && parent !== branch) parent.replies.push(branch);
    else roots.push(branch);
  }
  return roots
    .map(pruned)
    .filter((branch): branch is Branch => branch !== null)
    .reverse();
}

/** A deleted post stays only as long as something hangs on it. */
function pruned(branch: Branch): Branch | null {
  const replies = branch.replies.map(pruned).filter((reply): reply is Branch => reply !== null);
  return branch.post.deleted && replies.length === 0 ? null : { post: branch.post, replies };
}
