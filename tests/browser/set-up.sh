# For scripts that drive a browser: sets `browser` to Chromium unless it is set, and installs the packages of package.json in
# `folder`. Ends with 77 where a browser, Node or its packages cannot be had.
browser=${browser:-${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}}
[[ -n $browser ]] && command -v npm >/dev/null || exit 77
folder=target/browser
mkdir -p "$folder"
if ! cmp -s tests/browser/package.json "$folder/package.json" || [[ ! -d $folder/node_modules/playwright-core ]]; then
    cp tests/browser/package.json "$folder/"
    (cd "$folder" && npm install --silent --no-audit --no-fund >/dev/null 2>&1) || exit 77
fi
# What is run lies there, beside the packages.
cp tests/browser/browser.mjs "$folder/"
