import type { Post } from "../types";

export interface Branch {
  post: Post;
  replies: Branch[];
}

/** Ids of X grow with time and are too long for a number. */
const older = (a: Post, b: Post): number => {
  if (a.id.length !== b.id.length) return a.id.length - b.id.length;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
};

/** Posts as conversations, the newest conversation first, replies in order under what they answer. */
export function threads(posts: Post[]): Branch[] {
  const branches = new Map(posts.map((post) => [post.id, { post, replies: [] as Branch[] }]));
  const roots: Branch[] = [];
  for (const branch of [...branches.values()].sort((a, b) => older(a.post, b.post))) {
    const parent = branch.post.in_reply_to ? branches.get(branch.post.in_reply_to) : undefined;
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
