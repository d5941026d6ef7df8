import { memo, useEffect, useMemo, useRef } from "react";
import type { Person, Post, XState } from "../types";
import { useDeskNow } from "../ui/clock";
import { PostCard, type PostActions } from "./PostCard";
import { type Branch, newestIds, threads } from "./threads";

interface Props {
  state: XState;
  actions: PostActions;
  seek: { id: string; at: number } | null;
  aimedAt: string | null;
}

interface ThreadProps {
  branch: Branch;
  depth: number;
  people: Map<string, Person>;
  posts: Map<string, Post>;
  account: XState["account"];
  actions: PostActions;
  aimedAt: string | null;
  now: number;
}

const DEEPEST = 4;

function Thread({ branch, depth, ...rest }: ThreadProps) {
  const { people, posts, account, actions, aimedAt, now } = rest;
  const { post } = branch;
  return (
    <>
      <PostCard
        post={post}
        person={people.get(post.author_id)}
        quoted={posts.get(post.quote_of ?? post.retweet_of ?? "")}
        account={account}
        actions={actions}
        aimed={aimedAt === post.id}
        now={now}
      />
      {branch.replies.length > 0 && (
        <div className={depth < DEEPEST ? "replies-below" : "replies-below replies-below--flat"}>
          {branch.replies.map((reply) => (
            <Thread key={reply.post.id} branch={reply} depth={depth + 1} {...rest} />
          ))}
        </div>
      )}
    </>
  );
}

const LIMIT = 80;

/** Every public conversation, the newest first. */
export const Timeline = memo(function Timeline({ state, actions, seek, aimedAt }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const now = useDeskNow(20_000);
  const people = useMemo(() => new Map(state.people.map((person) => [person.id, person])), [state.people]);
  const newest = useMemo(() => newestIds(state.posts), [state.posts]);
  const posts = useMemo(() => {
    const there = new Map(state.posts.map((post) => [post.id, post]));
    return new Map([...newest].flatMap(([id, last]) => [[id, there.get(last)!] as const]));
  }, [state.posts, newest]);
  const roots = useMemo(() => threads(state.posts), [state.posts]);

  const latest = useRef(newest);
  latest.current = newest;

  useEffect(() => {
    if (!seek) return;
    const found = list.current?.querySelector<HTMLElement>(`[data-post="${CSS.escape(latest.current.get(seek.id) ?? seek.id)}"]`);
    found?.scrollIntoView({ block: "center" });
    found?.classList.add("post--sought");
    const timer = window.setTimeout(() => found?.classList.remove("post--sought"), 2_500);
    return () => window.clearTimeout(timer);
  }, [seek]);

  return (
    <div className="list__scroll posts" ref={list} tabIndex={0} role="region" aria-label="Public timeline">
      {roots.length === 0 && <p className="empty">Nobody has written yet. Pick a sentence above and post it.</p>}
      {roots.slice(0, LIMIT).map((branch) => (
        <div className="conversation" key={branch.post.id}>
          <Thread
            branch={branch}
            depth={0}
            people={people}
            posts={posts}
            account={state.account}
            actions={actions}
            aimedAt={aimedAt}
            now={now}
          />
        </div>
      ))}
      {roots.length > LIMIT && <p className="empty">{roots.length - LIMIT} older conversations are not shown.</p>}
    </div>
  );
});
