// A modal dialog: the browser keeps the focus inside and gives it back; Escape asks to close.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props { title: string; side?: boolean; close(): void; children: ComponentChildren }

export function Dialog({ title, side = false, close, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const cancel = (event: Event) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog ref={dialog} class={side ? 'side' : 'centre'} aria-label={title} onCancel={cancel}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="plain" onClick={close}>Close</button>
      </header>
      {children}
    </dialog>
  );
}
