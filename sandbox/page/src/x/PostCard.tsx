import type { Person, Post, XState } from "../types";
import { Avatar } from "../ui/Avatar";
import { brief } from "../ui/dates";
import { Icon } from "../ui/Icon";
import { PostText } from "./PostText";

export interface PostActions {
  reply: (post: Post) => void;
  quote: (post: Post) => void;
  byHand: (post: Post) => void;
  erase: (post: Post) => void;
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
          {person?.suspended && <span className="tag">Suspended</span>}
          {person?.protected && <span className="tag">Protected</span>}
          {person && !brand && (
            <span className="post__followers" title={`${person.followers} followers`}>
              {count.format(person.followers)} followers
            </span>
          )}
          <time dateTime={post.created_at} title={at.toLocaleString()}>
            {brief(at, new Date(now))}
          </time>
        </header>
        {brand && (
          <p className="post__how">{post.by_api ? "The brand · sent by the desk" : "The brand · answered by hand"}</p>
        )}
        {post.retweet_of ? (
          <p className="post__how">Reposted</p>
        ) : (
          <p className="post__text" dir="auto">
            <PostText text={post.text} />
          </p>
        )}
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
