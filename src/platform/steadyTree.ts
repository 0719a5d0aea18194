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
  /** What is below each row of the root, as it was last looked at. */
  readonly #branches = new Map<string, Branch>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(onDidChange: Event<unknown>, clock: Clock) {
    this.#subscription = onDidChange(() => this.#refresh());
    this.#durations = new DurationWatch(clock, () => this.#refresh(true));
  }

  /** What is below a node, or at the root, now. */
  protected abstract childrenOf(node?: N): readonly N[];

  /** The row of a node, with its id. */
  protected abstract itemOf(node: N): vscode.TreeItem;

  /** What tells a node from all others, for as long as it's there. */
  protected abstract keyOf(node: N): string;

  /**
   * Something that is the same object as long as a row of the root and all below it look the same, but for durations.
   * Without it they are looked at after every change.
   */
  protected stampOf(_root: N): object | undefined {
    return undefined;
  }

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

  /** @param everything whether rows are looked at though nothing that they show has changed: time has passed */
  #refresh(everything = false): void {
    const shapes: string[] = [];
    const branches = new Map<string, Branch>();
    const different: N[] = [];
    for (const root of this.getChildren()) {
      const rootKey = this.keyOf(root);
      const stamp = this.stampOf(root);
      const before = this.#branches.get(rootKey);
      let branch = before;
      if (everything || !before || stamp === undefined || before.stamp !== stamp) {
        const keys = new Set([rootKey]);
        branch = { stamp, keys, shape: JSON.stringify(rootKey) + this.#shapeBelow(root, keys) };
        this.#forget(before?.keys ?? [], key => keys.has(key));
        different.push(...this.#different(keys));
      }
      if (branch) {
        branches.set(rootKey, branch);
        shapes.push(branch.shape);
      }
    }
    for (const [key, { keys }] of this.#branches) {
      if (!branches.has(key)) {
        this.#forget(keys, () => false);
      }
    }
    this.#branches.clear();
    for (const [key, branch] of branches) {
      this.#branches.set(key, branch);
    }
    const shape = shapes.join();
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#changed.fire(undefined);
    } else if (different.length > 0) {
      this.#changed.fire(different);
    }
  }

  /** The rows that VS Code has and that look different now. */
  #different(keys: Iterable<string>): N[] {
    return [...keys].flatMap(key => {
      const node = this.#nodes.get(key);
      const drawn = this.#drawn.get(key);
      return node && drawn !== undefined && lookOf(this.itemOf(node)) !== drawn ? [node] : [];
    });
  }

  #forget(keys: Iterable<string>, stays: (key: string) => boolean): void {
    for (const key of keys) {
      if (!stays(key)) {
        this.#nodes.delete(key);
        this.#drawn.delete(key);
      }
    }
  }

  #shapeBelow(node: N, keys: Set<string>): string {
    const below = this.getChildren(node).map(child => {
      const key = this.keyOf(child);
      keys.add(key);
      return JSON.stringify(key) + this.#shapeBelow(child, keys);
    });
    return below.length === 0 ? '' : `[${below.join()}]`;
  }
}

interface Branch {
  readonly stamp: object | undefined;
  readonly keys: ReadonlySet<string>;
  readonly shape: string;
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
