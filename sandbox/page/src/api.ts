/** The control API of the sandbox: JSON in, JSON out, every failure a sentence. */

export class ApiError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when nothing answered. */
    readonly status = 0,
  ) {
    super(message);
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("The sandbox server does not answer. Is it running?");
  }
  const text = await response.text();
  let answer: unknown = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    throw new ApiError(`The sandbox server answered ${response.status} with something that is not JSON.`);
  }
  if (!response.ok) {
    const said = (answer as { error?: string } | null)?.error;
    throw new ApiError(said ?? `The sandbox server answered ${response.status}.`, response.status);
  }
  return answer as T;
}

export const get = <T>(path: string): Promise<T> => call<T>("GET", path);
export const post = <T>(path: string, body: unknown): Promise<T> => call<T>("POST", path, body);
export const remove = <T>(path: string): Promise<T> => call<T>("DELETE", path);

export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
