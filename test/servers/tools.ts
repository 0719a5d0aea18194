import {
  type AuthInfo,
  type CallToolResult,
  fromJsonSchema,
  type JSONObject,
  type McpServer,
  requireScopes,
  type ScopeChallengeHandler,
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
  /** OAuth scopes that a caller's token needs; without them the call is answered with a 403 and a challenge. */
  readonly scopes?: readonly [string, ...string[]];
  /** What it says about itself: that it changes nothing, for example. */
  readonly annotations?: NonNullable<Tool['annotations']>;
  /** Does it and returns what to tell; what it throws is told as the tool's failure. */
  run(args: Args, caller: AuthInfo | undefined): string | Promise<string>;
}

/** A defined tool, ready to be registered with any number of MCP servers. */
export interface DefinedTool {
  readonly listed: Tool;
  readonly schema: StandardSchemaWithJSON<never>;
  readonly scopeChallenge?: ScopeChallengeHandler;
  readonly run: (args: never, caller: AuthInfo | undefined) => string | Promise<string>;
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
    listed: {
      name: tool.name,
      description: tool.description,
      inputSchema,
      ...(tool.annotations && { annotations: tool.annotations }),
    },
    schema: fromJsonSchema<never>(inputSchema),
    ...(tool.scopes === undefined ? {} : { scopeChallenge: requireScopes(...tool.scopes) }),
    run: (args, caller) => tool.run(args, caller),
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
    server.registerTool(
      tool.listed.name,
      {
        description: tool.listed.description ?? '',
        inputSchema: tool.schema,
        ...(tool.scopeChallenge === undefined ? {} : { scopeChallenge: tool.scopeChallenge }),
      },
      async (args: never, context) =>
        refusal === undefined
          ? textResult(await tool.run(args, context.http?.authInfo))
          : { ...textResult(refusal), isError: true },
    );
  }
  const listed = tools.filter(tool => refusalOf(tool) === undefined).map(tool => tool.listed);
  server.server.setRequestHandler('tools/list', () => ({ tools: listed }));
}

function textResult(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
