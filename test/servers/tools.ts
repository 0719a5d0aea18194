import {
  type CallToolResult,
  fromJsonSchema,
  type JSONObject,
  type McpServer,
  type StandardSchemaWithJSON,
  type Tool,
} from '@modelcontextprotocol/server';

/** A tool whose arguments are `Args`; its schema must say the same. */
export interface ToolDefinition<Args> {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of each argument; a tool without arguments has none. */
  readonly properties?: Readonly<Record<string, JSONObject>>;
  readonly required?: readonly (keyof Args & string)[];
  /** Does it and returns what to tell; what it throws is told as the tool's failure. */
  run(args: Args): string | Promise<string>;
}

/** A defined tool, ready to be registered with any number of MCP servers. */
export interface DefinedTool {
  readonly listed: Tool;
  readonly schema: StandardSchemaWithJSON<never>;
  readonly run: (args: never) => string | Promise<string>;
}

/** Prepares a tool once, so that a stateless server doesn't compile its schema for every request. */
export function defineTool<Args>(tool: ToolDefinition<Args>): DefinedTool {
  const inputSchema = {
    type: 'object' as const,
    properties: { ...tool.properties },
    required: [...(tool.required ?? [])],
    additionalProperties: false,
  };
  return {
    listed: { name: tool.name, description: tool.description, inputSchema },
    schema: fromJsonSchema<never>(inputSchema),
    run: args => tool.run(args),
  };
}

/**
 * Registers tools, each with a guard: where `refusalOf` gives a reason, the tool isn't listed and a call of it fails with
 * that reason. (The package's own `disable()` would hide it too, but then a call says no more than "disabled".)
 */
export function registerTools<GuardedTool extends DefinedTool>(
  server: McpServer,
  tools: readonly GuardedTool[],
  refusalOf: (tool: GuardedTool) => string | undefined = () => undefined,
): void {
  for (const tool of tools) {
    const refusal = refusalOf(tool);
    const { name, description } = tool.listed;
    server.registerTool(name, { description: description ?? '', inputSchema: tool.schema }, async (args: never) =>
      refusal === undefined ? textResult(await tool.run(args)) : { ...textResult(refusal), isError: true },
    );
  }
  const listed = tools.filter(tool => refusalOf(tool) === undefined).map(tool => tool.listed);
  server.server.setRequestHandler('tools/list', () => ({ tools: listed }));
}

function textResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
