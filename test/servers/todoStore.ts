/** One thing to do. */
export interface Todo {
  readonly id: number;
  readonly title: string;
  readonly done: boolean;
}

/** The to-dos of one server, in memory. */
export class TodoStore {
  readonly #todos = new Map<number, Todo>();
  #lastId = 0;

  constructor(titles: readonly string[] = []) {
    for (const title of titles) {
      this.create(title);
    }
  }

  list(): Todo[] {
    return [...this.#todos.values()];
  }

  create(title: string): Todo {
    this.#lastId += 1;
    const todo = { id: this.#lastId, title, done: false };
    this.#todos.set(todo.id, todo);
    return todo;
  }

  /** @throws when there is no such to-do */
  update(id: number, changes: Partial<Omit<Todo, 'id'>>): Todo {
    const todo = { ...this.#get(id), ...changes };
    this.#todos.set(id, todo);
    return todo;
  }

  /** @throws when there is no such to-do */
  delete(id: number): Todo {
    const todo = this.#get(id);
    this.#todos.delete(id);
    return todo;
  }

  /** Removes all and tells how many there were. */
  clear(): number {
    const count = this.#todos.size;
    this.#todos.clear();
    return count;
  }

  #get(id: number): Todo {
    const todo = this.#todos.get(id);
    if (todo === undefined) {
      throw new Error(`There is no to-do with the id ${id}.`);
    }
    return todo;
  }
}
