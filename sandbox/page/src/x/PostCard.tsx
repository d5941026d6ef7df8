import type { Person, Post, XState } from "../types";
import { useState } from "react";
import { Avatar } from "../ui/Avatar";
import { brief } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { EditBox } from "./EditBox";
import { Earlier } from "./Earlier";
import { PersonTags } from "./PersonTags";
import { PostText } from "./PostText";

export interface PostActions {
  reply: (post: Post) => void;
  quote: (post: Post) => void;
  byHand: (post: Post) => void;
  erase: (post: Post) => void;
  edit: (post: Post, text: string, force: boolean) => Promise<boolean>;
  follow: (post: Post, url: string) => void;
}

interface Props {
  post: Post;
  person: Person | undefined;
  quoted: Post | undefined;
  account: XState["account"];
  actions: PostActions;
  aimed: boolean;
  now: number;
}

const count = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** One post as the world sees it; the brand's own are marked. */
export function PostCard({ post, person, quoted, account, actions, aimed, now }: Props) {
  const brand = post.author_id === account.id;
  const name = brand ? account.name : (person?.name ?? post.username);
  const at = new Date(post.created_at);
  const [editing, setEditing] = useState(false);
  const link = post.deep_link;
  if (post.deleted) {
    return (
      <article className="post post--deleted" data-post={post.id} aria-label="Deleted post">
        This post was deleted.
      </article>
    );
  }
  return (
    <article
      className={`post ${brand ? "post--brand" : ""} ${aimed ? "post--aimed" : ""}`}
      data-post={post.id}
      aria-label={`${name} @${post.username}`}
    >
      <Avatar name={name} seed={post.author_id} size={32} round />
      <div className="post__main">
        <header className="post__head">
          <strong className="post__name">{name}</strong>
          {person?.verified && (
            <span className="post__verified" title="Verified" role="img" aria-label="Verified">
              <Icon name="check" size={10} />
            </span>
          )}
          <span className="post__handle">@{post.username}</span>
          {person && !brand && (
            <span className="post__followers" title={`${person.followers} followers`}>
              {count.format(person.followers)} followers
            </span>
          )}
          <time dateTime={post.created_at} title={at.toLocaleString()}>
            {brief(at, new Date(now))}
          </time>
        </header>
        {person && <PersonTags person={person} />}
        {brand && (
          <p className="post__how">{post.by_api ? "The brand · sent by the desk" : "The brand · answered by hand"}</p>
        )}
        {post.retweet_of && <p className="post__how">Reposted</p>}
        {editing && <EditBox post={post} now={now} onSave={actions.edit} onClose={() => setEditing(false)} />}
        {!post.retweet_of && !editing && (
          <p className="post__text" dir="auto">
            <PostText text={post.text} onLink={(url) => actions.follow(post, url)} />
          </p>
        )}
        {link && (
          <button type="button" className="post__dm" onClick={() => actions.follow(post, link)}>
            <Icon name="mail" size={14} /> Send a private message
          </button>
        )}
        <Earlier edits={post.edits} now={now} />
        {quoted && (
          <blockquote className="post__quoted">
            <strong>@{quoted.username}</strong>{" "}
            <span dir="auto">{quoted.deleted ? "This post was deleted." : quoted.text}</span>
          </blockquote>
        )}
        <div className="post__tools">
          <button type="button" className="tool" onClick={() => actions.reply(post)}>
            <Icon name="reply" size={13} /> Reply
          </button>
          <button type="button" className="tool" onClick={() => actions.quote(post)}>
            <Icon name="quote" size={13} /> Quote
          </button>
          {!brand && (
            <button type="button" className="tool" onClick={() => actions.byHand(post)}>
              <Icon name="hand" size={13} /> Answer by hand
            </button>
          )}
          {!post.retweet_of && (
            <button
              type="button"
              className="tool"
              aria-label="Edit"
              title="Edit"
              aria-pressed={editing}
              onClick={() => setEditing(!editing)}
            >
              <Icon name="pen" size={13} />
            </button>
          )}
          <button
            type="button"
            className="tool tool--danger"
            aria-label="Delete"
            title="Delete"
            onClick={() => actions.erase(post)}
          >
            <Icon name="bin" size={13} />
          </button>
        </div>
      </div>
    </article>
  );
}
