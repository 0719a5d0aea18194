import type { Client } from '@modelcontextprotocol/client';
import type { ListedItem, ListKind } from './connection.ts';
import type { ConnectionLimits } from './limits.ts';

/** How much of a server's text is kept, in UTF-16 units. */
const nameLimit = 300;
const descriptionLimit = 2000;

interface Page {
  readonly items: readonly ListedItem[];
  readonly nextCursor?: string | undefined;
}

/** Pages through a list until its end or a limit. A cursor that comes back ends it too. Throws what the client throws. */
export async function listPages(
  client: Client,
  kind: ListKind,
  limits: ConnectionLimits,
  signal: AbortSignal,
): Promise<{ readonly items: readonly ListedItem[]; readonly truncated: boolean }> {
  const items: ListedItem[] = [];
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < limits.pages; page++) {
    const { items: more, nextCursor } = await readPage(client, kind, cursor, { timeout: limits.answerTime, signal });
    for (const item of more) {
      if (items.length === limits.items) {
        return { items, truncated: true };
      }
      items.push(item);
    }
    if (nextCursor === undefined || nextCursor === '') {
      return { items, truncated: false };
    }
    if (cursors.has(nextCursor)) {
      return { items, truncated: true };
    }
    cursors.add(nextCursor);
    cursor = nextCursor;
  }
  return { items, truncated: true };
}

async function readPage(
  client: Client,
  kind: ListKind,
  cursor: string | undefined,
  options: { timeout: number; signal: AbortSignal },
): Promise<Page> {
  const params = cursor === undefined ? {} : { cursor };
  switch (kind) {
    case 'tools': {
      const { tools, nextCursor } = await client.request({ method: 'tools/list', params }, options);
      return { items: tools.map(toolOf), nextCursor };
    }
    case 'resources': {
      const { resources, nextCursor } = await client.request({ method: 'resources/list', params }, options);
      return { items: resources.map(({ uri, name, description }) => itemOf(uri, name, description)), nextCursor };
    }
    case 'prompts': {
      const { prompts, nextCursor } = await client.request({ method: 'prompts/list', params }, options);
      return { items: prompts.map(({ name, title, description }) => itemOf(name, title, description)), nextCursor };
    }
  }
}

type Tool = Awaited<ReturnType<Client['listTools']>>['tools'][number];

function toolOf({ name, title, description, annotations, inputSchema }: Tool): ListedItem {
  return {
    ...itemOf(name, title ?? annotations?.title, description),
    readOnly: annotations?.readOnlyHint === true,
    callableWithoutArguments: (inputSchema.required ?? []).length === 0,
  };
}

function itemOf(name: string, title: string | undefined, description: string | undefined): ListedItem {
  return {
    name: name.slice(0, nameLimit),
    ...(title !== undefined && { title: title.slice(0, nameLimit) }),
    ...(description !== undefined && { description: description.slice(0, descriptionLimit) }),
  };
}
