// What went wrong, where it happened, and what to do about it.
import type { ComponentChildren } from 'preact';

export function ErrorPanel({ error, retry, children }: { error: Error; retry?: () => void; children?: ComponentChildren }) {
  return (
    <div class="panel danger" role="alert">
      <div>{error.message}</div>
      {children}
      {retry && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}
