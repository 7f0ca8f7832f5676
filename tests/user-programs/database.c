/* SQLite in memory and in a file: tables, indexes, joins, aggregates, text and numbers, a transaction taken back. */
#include <stdlib.h>
#include <sqlite3.h>
#include "report.h"

static int print_row(void *context, int count, char **values, char **names)
{
    (void)context;
    (void)names;
    for (int i = 0; i < count; i++)
        printf("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
    putchar('\n');
    return 0;
}

static void run(sqlite3 *db, const char *sql)
{
    char *error = NULL;
    if (sqlite3_exec(db, sql, print_row, NULL, &error) != SQLITE_OK) {
        printf("error: %s\n", error);
        sqlite3_free(error);
    }
}

static void exercise(const char *name)
{
    sqlite3 *db;
    if (sqlite3_open(name, &db) != SQLITE_OK) {
        printf("cannot open %s: %s\n", name, sqlite3_errmsg(db));
        return;
    }
    run(db, "CREATE TABLE goods(id INTEGER PRIMARY KEY, name TEXT, price REAL, kind INT); CREATE INDEX by_kind ON goods(kind, price);");
    run(db, "CREATE TABLE kinds(kind INT UNIQUE, title TEXT); INSERT INTO kinds VALUES (0,'zero'),(1,'one'),(2,'two'),(3,NULL);");
    run(db, "BEGIN");
    sqlite3_stmt *insert;
    sqlite3_prepare_v2(db, "INSERT INTO goods(name, price, kind) VALUES (?, ?, ?)", -1, &insert, NULL);
    for (int i = 0; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof text, "good-%x", (unsigned)(next_random() % 1000));
        sqlite3_bind_text(insert, 1, text, -1, SQLITE_TRANSIENT);
        sqlite3_bind_double(insert, 2, (double)(int)(next_random() % 100000) / 7);
        sqlite3_bind_int(insert, 3, i % 5);
        sqlite3_step(insert);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    run(db, "COMMIT");
    run(db, "SELECT kind, count(*), avg(price), min(name), max(price), total(id) FROM goods GROUP BY kind ORDER BY 3");
    run(db, "SELECT title, round(sum(price), 3) FROM goods LEFT JOIN kinds USING (kind) GROUP BY title ORDER BY title DESC");
    run(db, "SELECT name, price FROM goods WHERE name LIKE '%a%' AND price BETWEEN 1000 AND 9000 ORDER BY price LIMIT 5");
    run(db, "BEGIN; DELETE FROM goods WHERE id % 2; SELECT count(*) FROM goods; ROLLBACK; SELECT count(*) FROM goods");
    run(db, "WITH RECURSIVE f(n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM f WHERE n < 60) SELECT max(a), sum(b / 3.0) FROM f");
    run(db, "SELECT printf('%.12f %e %g', 1.0/3, 12345.678, 1e-5), hex(zeroblob(3)), upper('straw'), substr('abcdef', -3, 2), 7 / 2, -7 % 3, 1e308 * 10");
    run(db, "UPDATE goods SET price = price * 1.07 WHERE kind = 2; SELECT sum(price) FROM goods; SELECT typeof(price), quote(name) FROM goods LIMIT 2");
    run(db, "SELECT missing FROM goods");
    run(db, "PRAGMA integrity_check; VACUUM; PRAGMA page_count");
    sqlite3_close(db);
}

int main(void)
{
    printf("SQLite %s\n", sqlite3_libversion());
    exercise(":memory:");
    exercise("goods.db");
    return 0;
}
