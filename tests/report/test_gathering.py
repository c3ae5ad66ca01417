def test_a_page_has_what_all_its_folders_hold(page):
    assert [run.name for run in page.runs] == ["moons"]
    assert [each.name for each in page.studies] == ["compare"]
    assert page.answers == []
    assert page.versions["dlwhy"]
