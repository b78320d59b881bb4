#!/usr/bin/env bash
# Looks for inputs that a reader of ours cannot take: fuzz.sh DIRECTORY SECONDS CLASSPATH TARGET...
# Started by Maven (mvn -Pfuzz test) for each module. What it finds is left in DIRECTORY/target/fuzz:
# mend the reader, and keep the file in src/test/resources/fuzz/TARGET, where FuzzCasesTest tries it from then on.
set -euo pipefail
directory=$1 seconds=$2 classpath=$3
shift 3
for target; do
    name=${target##*.} work=$directory/target/fuzz/${target##*.}
    mkdir -p "$work"
    echo "$name: $seconds s"
    (cd "$work" && "$JAVA_HOME/bin/java" -Xmx1g --enable-native-access=ALL-UNNAMED -cp "$classpath" \
        com.code_intelligence.jazzer.Jazzer --target_class="$target" \
        --instrumentation_includes='org.schedbook.**' --custom_hook_includes='org.schedbook.**' \
        -max_total_time="$seconds" -timeout=60 -rss_limit_mb=0 -artifact_prefix="$directory/target/fuzz/$name-" \
        "$work" "$directory/src/test/resources/fuzz/$name" >"$work.log" 2>&1) || {
        tail -n 40 "$work.log"
        exit 1
    }
done
