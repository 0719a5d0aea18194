import { fail, ok, type Result } from '../result.ts';
import type { Span } from '../text.ts';
import { type JsonHandler, walkJson } from './walkJson.ts';

/** A value with its place in the text, for edits. Reading a file only needs `parse.ts`, which builds no tree. */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'literal';
  readonly start: number;
  readonly end: number;
  /** The content of a string. */
  readonly text?: string;
  /** An object's members, an array's items. */
  readonly children: readonly JsonChild[];
}

export interface JsonChild {
  /** A member's name. */
  readonly key?: string;
  /** Behind the closing quote of the name. */
  readonly keyEnd: number;
  /** Where the member's name or the item begins. */
  readonly start: number;
  /** Where its value ends. */
  readonly end: number;
  /** The comma behind it. */
  readonly comma?: number;
  readonly value: JsonNode;
}

/** The text's value, or undefined where there is nothing but blanks and comments; of a broken text, the first place. */
export function readJsonTree(text: string): Result<JsonNode | undefined, Span> {
  const builder = new TreeBuilder();
  walkJson(text, builder);
  return builder.firstProblem ? fail(builder.firstProblem) : ok(builder.root);
}

/** The last member of that name, which is the one that JSON's readers take. */
export function memberOf(node: JsonNode, key: string): JsonChild | undefined {
  return node.kind === 'object' ? node.children.findLast(child => child.key === key) : undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Building = Omit<Mutable<JsonNode>, 'children'> & { children: Mutable<JsonChild>[] };

class TreeBuilder implements JsonHandler {
  root: JsonNode | undefined;
  firstProblem: Span | undefined;
  readonly #open: Building[] = [];
  #key: { readonly name: string; readonly start: number; readonly end: number } | undefined;

  problem(start: number, end: number): void {
    this.firstProblem ??= { start, end };
  }

  key(name: string, start: number, end: number): void {
    this.#key = { name, start, end };
  }

  noValue(): void {
    this.#key = undefined;
  }

  objectStart(start: number): void {
    this.#openNode('object', start);
  }

  objectEnd(end: number): void {
    this.#closeNode(end);
  }

  arrayStart(start: number): void {
    this.#openNode('array', start);
  }

  arrayEnd(end: number): void {
    this.#closeNode(end);
  }

  string(value: string, start: number, end: number): void {
    this.#add({ kind: 'string', start, end, text: value, children: [] });
  }

  literal(start: number, end: number): void {
    this.#add({ kind: 'literal', start, end, children: [] });
  }

  comma(start: number): void {
    const child = this.#open.at(-1)?.children.at(-1);
    if (child) {
      child.comma = start;
    }
  }

  #openNode(kind: 'object' | 'array', start: number): void {
    const node: Building = { kind, start, end: start, children: [] };
    this.#add(node);
    this.#open.push(node);
  }

  #closeNode(end: number): void {
    const node = this.#open.pop();
    if (node) {
      node.end = end;
      const child = this.#open.at(-1)?.children.at(-1);
      if (child) {
        child.end = end;
      }
    }
  }

  #add(value: Building): void {
    const parent = this.#open.at(-1);
    if (parent) {
      const { start, end } = value;
      parent.children.push(
        this.#key
          ? { key: this.#key.name, keyEnd: this.#key.end, start: this.#key.start, end, value }
          : { keyEnd: start, start, end, value },
      );
    } else {
      this.root = value;
    }
    this.#key = undefined;
  }
}
