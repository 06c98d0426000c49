// What a version's position and attachments say.

// A position names the next record of its partition; a proof is of the record itself.
export function placeOf(position: string): string {
  const [, partition, next] = /:(\d+)-(\d+)$/.exec(position) ?? [];
  return partition === undefined ? '' : `${partition}:${Number(next) - 1}`;
}

interface Attachment { contentType?: string; data?: string; title?: string }

// Text that a note or report carries with it.
export function textsOf(resource: Record<string, unknown> | undefined): string[] {
  const content = (resource?.content as { attachment?: Attachment }[] | undefined)?.map((one) => one.attachment) ?? [];
  const forms = (resource?.presentedForm as Attachment[] | undefined) ?? [];
  return [...content, ...forms].flatMap((one) => {
    if (!one?.data || !one.contentType?.startsWith('text/')) return [];
    const bytes = Uint8Array.from(atob(one.data), (letter) => letter.charCodeAt(0));
    return [new TextDecoder().decode(bytes)];
  });
}
