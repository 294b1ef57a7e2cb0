"""The content security policy, in a browser that obeys it."""

from tests.browser.conftest import Visit

# As if a hole in a template had let it in.
INTRUDE = """() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'owned'";
    document.body.append(script);
    const image = document.createElement("img");
    image.setAttribute("onerror", "document.title = 'owned'");
    image.src = "data:image/png,none";
    document.body.append(image);
    return new Promise(done => image.addEventListener("error", done));
}"""


def test_it_stops_a_script_that_got_in_all_the_same(visit: Visit) -> None:
    tab = visit().go().wait_until_live()
    tab.page.evaluate(INTRUDE)
    assert "owned" not in tab.page.title()
    assert len(tab.problems) == 2, "the script and the attribute"
    tab.forgive("Content Security Policy")
