import * as vscode from 'vscode';
import type { Clock, Disposable, Event } from '../core/ports.ts';
import { DurationWatch } from './times.ts';

/**
 * A tree whose nodes stay what they are for as long as the thing that they stand for is there, and that has VS Code draw
 * anew only the rows that look different.
 *
 * Told that a tree has changed as a whole, VS Code forgets all of its nodes until it has asked for them again: a click in
 * that moment runs the row's command without its node, and the person is asked which row was meant.
 */
export abstract class SteadyTree<N extends object> implements vscode.TreeDataProvider<N>, Disposable {
  readonly #changed = new vscode.EventEmitter<N[] | undefined>();
  readonly #nodes = new Map<string, N>();
  /** The rows as VS Code has them. */
  readonly #drawn = new Map<string, string>();
  readonly #subscription: Disposable;
  readonly #durations: DurationWatch;
  /** Which rows there are, at which depth. */
  #shape: string | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(onDidChange: Event<unknown>, clock: Clock) {
    this.#subscription = onDidChange(() => this.#refresh());
    this.#durations = new DurationWatch(clock, () => this.#refresh());
  }

  /** What is below a node, or at the root, now. */
  protected abstract childrenOf(node?: N): readonly N[];

  /** The row of a node, with its id. */
  protected abstract itemOf(node: N): vscode.TreeItem;

  /** What tells a node from all others, for as long as it's there. */
  protected abstract keyOf(node: N): string;

  /** Says that a row tells how far away this moment (ms) is, so that it's drawn anew when that reads differently. */
  protected showsDuration(at: number): void {
    this.#durations.shows(at);
  }

  getChildren(node?: N): N[] {
    return this.childrenOf(node).map(child => this.#steady(child));
  }

  getTreeItem(node: N): vscode.TreeItem {
    const item = this.itemOf(node);
    this.#drawn.set(this.keyOf(node), lookOf(item));
    return item;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#durations.dispose();
    this.#changed.dispose();
  }

  /** The node that stands for this thing already, brought up to date; a new one otherwise. */
  #steady(node: N): N {
    const key = this.keyOf(node);
    const known = this.#nodes.get(key);
    if (known) {
      return Object.assign(known, node);
    }
    this.#nodes.set(key, node);
    return node;
  }

  #refresh(): void {
    const keys = new Set<string>();
    const shape = this.#shapeBelow(undefined, keys);
    for (const key of [...this.#nodes.keys()].filter(key => !keys.has(key))) {
      this.#nodes.delete(key);
      this.#drawn.delete(key);
    }
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#changed.fire(undefined);
      return;
    }
    const different = [...this.#drawn].flatMap(([key, drawn]) => {
      const node = this.#nodes.get(key);
      return node && lookOf(this.itemOf(node)) !== drawn ? [node] : [];
    });
    if (different.length > 0) {
      this.#changed.fire(different);
    }
  }

  #shapeBelow(node: N | undefined, keys: Set<string>): string {
    const below = this.getChildren(node).map(child => {
      keys.add(this.keyOf(child));
      return JSON.stringify(this.keyOf(child)) + this.#shapeBelow(child, keys);
    });
    return below.length === 0 ? '' : `[${below.join()}]`;
  }
}

/** All of a row that a person can see or hear, and what clicks on it do. */
function lookOf(item: vscode.TreeItem): string {
  const { label, description, iconPath, collapsibleState, contextValue, accessibilityInformation, command } = item;
  const tooltip = item.tooltip instanceof vscode.MarkdownString ? item.tooltip.value : item.tooltip;
  return JSON.stringify([
    ...[label, description, tooltip, iconPath, collapsibleState],
    ...[contextValue, accessibilityInformation, command],
  ]);
}
